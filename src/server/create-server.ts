import { randomUUID } from "node:crypto";
import cors from "@fastify/cors";
import rateLimit from "@fastify/rate-limit";
import fastify, { type FastifyInstance, LogController } from "fastify";
import { guardAccess, keyOf } from "./access.js";
import { AnswerQueue } from "./answer-queue.js";
import { chatCompletionsRoute } from "./chat-completions-route.js";
import { Connections } from "./connections.js";
import { databaseRoutes } from "./database-routes.js";
import { Databases } from "./databases.js";
import { replyWithErrors } from "./error-replies.js";
import { generateSqlRoute } from "./generate-sql-route.js";
import { healthRoute } from "./health-route.js";
import { HttpError } from "./http-error.js";
import { ServerMetrics } from "./metrics.js";
import { modelsRoute } from "./models-route.js";
import { documentApi } from "./openapi.js";
import { observeRequests } from "./request-facts.js";
import type { ServerContext } from "./server-context.js";
import { type ServerOptions, type ServerSettings, serverSettings } from "./settings.js";
import { sqlRoute } from "./sql-route.js";

/**
 * An HTTP server over loaded engines: `await server.listen({ host: "127.0.0.1", port: 8000 })` starts it, `close()` ends
 * it when all that was accepted is answered. See docs/serving.md for what it serves.
 *
 * @throws SqltuneError for settings that make no sense and for databases that cannot be read
 */
export async function createServer(options: ServerOptions): Promise<FastifyInstance> {
  const settings = serverSettings(options);
  const metrics = new ServerMetrics();
  const queue = new AnswerQueue({
    limit: settings.queueLimit,
    batchSize: settings.batchSize,
    onBatch: (rows, seconds) => metrics.batch(rows, seconds),
  });
  metrics.watchQueue(queue);
  const databases = await Databases.open({
    files: options.databases ?? {},
    dataFolder: options.dataFolder,
    ...settings,
  });
  const created = Math.floor(Date.now() / 1000);
  const context: ServerContext = { settings, models: options.models, databases, queue, metrics, created };
  const app = bareServer(options, settings);
  try {
    closeInOrder(app, context);
    observeRequests(app, metrics, settings.logQuestions);
    replyWithErrors(app);
    if (settings.corsOrigins.length > 0) {
      const exposed = ["x-request-id", "retry-after"];
      await app.register(cors, { origin: [...settings.corsOrigins], exposedHeaders: exposed, strictPreflight: false });
    }
    guardAccess(app, settings.apiKeys);
    if (settings.rateLimit > 0) await limitRate(app, settings);
    await documentApi(app, settings.apiKeys.length > 0);
    addRoutes(app, context);
    await app.ready();
    return app;
  } catch (error) {
    await app.close();
    throw error;
  }
}

function addRoutes(app: FastifyInstance, context: ServerContext): void {
  healthRoute(app, context);
  generateSqlRoute(app, context);
  sqlRoute(app, context);
  databaseRoutes(app, context);
  modelsRoute(app, context);
  chatCompletionsRoute(app, context);
  context.metrics.route(app);
}

function bareServer(options: ServerOptions, settings: ServerSettings): FastifyInstance {
  const app = fastify({
    logger: options.log ? { level: "info", stream: options.log } : false,
    // One line a request is written when it is over, by observeRequests.
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: settings.bodyLimit,
    genReqId: () => randomUUID(),
    // A client that sends its request drop by drop holds a connection no longer than this.
    requestTimeout: 300_000,
    routerOptions: { maxParamLength: 64 },
  });
  // Bodies are read by their zod schemas, which then document them; JSON is written as it is.
  app.setValidatorCompiler(() => () => true);
  app.setSerializerCompiler(() => (data) => JSON.stringify(data));
  // A page of another origin can send plain text without asking first.
  app.removeContentTypeParser("text/plain");
  return app;
}

/** Answers what was accepted, refuses what comes after, then ends the database processes. */
function closeInOrder(app: FastifyInstance, { queue, databases, metrics }: ServerContext): void {
  const connections = new Connections(app.server);
  app.addHook("preClose", async () => connections.closeWhenIdle());
  app.addHook("onClose", async () => {
    await queue.idle();
    await databases.close();
    metrics.clear();
  });
}

async function limitRate(app: FastifyInstance, { rateLimit: max, apiKeys }: ServerSettings): Promise<void> {
  await app.register(rateLimit, {
    ...{ max, timeWindow: "1 minute" },
    // Only a key that was checked: anyone can send another one with every request.
    keyGenerator: (request) => (apiKeys.length > 0 ? keyOf(request) : null) ?? request.ip,
    errorResponseBuilder: (_, { ttl }) =>
      new HttpError(429, `Over ${max} requests a minute. Try again in ${Math.ceil(ttl / 1000)} s.`, {
        ...{ code: "rate_limit_exceeded", retryAfter: Math.ceil(ttl / 1000) },
      }),
  });
}
