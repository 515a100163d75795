import { randomUUID } from "node:crypto";
import cors from "@fastify/cors";
import rateLimit from "@fastify/rate-limit";
import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest, LogController } from "fastify";
import { clientOf, guardAccess } from "./access.js";
import { Admission } from "./admission.js";
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
import { webViews } from "./web-views.js";

/**
 * An HTTP server over loaded engines: `await server.listen({ host: "127.0.0.1", port: 8000 })` starts it, `close()` ends
 * it when all that was accepted is answered. See docs/serving.md for what it serves.
 *
 * @throws SqltuneError for settings that make no sense and for databases that cannot be read
 */
export async function createServer(options: ServerOptions): Promise<FastifyInstance> {
  const settings = serverSettings(options);
  const metrics = new ServerMetrics();
  const admission = new Admission({ running: settings.batchSize, waiting: settings.queueLimit });
  metrics.watch(admission, options.models);
  const databases = await Databases.open({
    files: options.databases ?? {},
    dataFolder: options.dataFolder,
    ...settings,
  });
  const created = Math.floor(Date.now() / 1000);
  const context: ServerContext = { settings, models: options.models, databases, admission, metrics, created };
  const app = bareServer(options, settings);
  try {
    closeInOrder(app, context);
    observeRequests(app, metrics, settings.logQuestions);
    replyWithErrors(app);
    if (settings.corsOrigins.length > 0) {
      const exposed = ["x-request-id", "retry-after"];
      await app.register(cors, { origin: [...settings.corsOrigins], exposedHeaders: exposed, strictPreflight: false });
    }
    guardAccess(
      app,
      settings.apiKeys,
      settings.corsOrigins,
      settings.rateLimit > 0 ? await limitRate(app, settings.rateLimit) : async () => {},
    );
    await documentApi(app, settings.apiKeys.length > 0);
    addRoutes(app, context);
    await webViews(app, context, options);
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
    // Names of databases have 64 characters at most; a run may lie in a folder of folders.
    routerOptions: { maxParamLength: 255 },
  });
  // Bodies are read by their zod schemas, which then document them; JSON is written as it is.
  app.setValidatorCompiler(() => () => true);
  app.setSerializerCompiler(() => (data) => JSON.stringify(data));
  // A page of another origin can send plain text without asking first.
  app.removeContentTypeParser("text/plain");
  return app;
}

/** Answers what was accepted, refuses what comes after, then ends the database processes. */
function closeInOrder(app: FastifyInstance, { admission, databases, metrics }: ServerContext): void {
  const connections = new Connections(app.server);
  app.addHook("preClose", async () => connections.closeWhenIdle());
  app.addHook("onClose", async () => {
    await admission.idle();
    await databases.close();
    metrics.clear();
  });
}

/** Counts requests by client and refuses those over the limit; gives what counts a request that no route sees. */
async function limitRate(app: FastifyInstance, max: number) {
  await app.register(rateLimit, {
    ...{ max, timeWindow: "1 minute" },
    keyGenerator: clientOf,
    errorResponseBuilder: (_, { ttl }) =>
      new HttpError(429, `Over ${max} requests a minute. Try again in ${Math.ceil(ttl / 1000)} s.`, {
        ...{ code: "rate_limit_exceeded", retryAfter: Math.ceil(ttl / 1000) },
      }),
  });
  const count = app.rateLimit();
  return async (request: FastifyRequest, reply: FastifyReply) => void (await count.call(app, request, reply));
}
