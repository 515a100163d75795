import { finished } from "node:stream";
import type { FastifyInstance, FastifyRequest } from "fastify";
import type { ServerMetrics } from "./metrics.js";

/** What a request's log line tells beside method, route, status and time. */
export interface RequestFacts {
  model?: string;
  database?: string;
  question?: string;
  sql?: string;
  promptTokens?: number;
  cachedTokens?: number;
  completionTokens?: number;
  queueMs?: number;
  error?: string;
}

declare module "fastify" {
  interface FastifyRequest {
    facts: RequestFacts;
  }
}

/** Logs and counts every request once, when its answer is written or its client has gone. */
export function observeRequests(app: FastifyInstance, metrics: ServerMetrics, withQuestions: boolean): void {
  app.decorateRequest("facts");
  app.addHook("onRequest", async (request, reply) => {
    request.facts = {};
    const started = performance.now();
    reply.header("x-request-id", request.id);
    // Of the response itself: Fastify's own hook does not see an answer that was cut off.
    finished(reply.raw, () => {
      const seconds = (performance.now() - started) / 1000;
      const status = reply.raw.writableEnded ? reply.raw.statusCode : 499;
      const route = request.routeOptions.url ?? "unknown";
      metrics.request(request.method, route, status, seconds);
      request.log.info({ ...line(request, route, withQuestions), status, ms: Math.round(seconds * 1000) }, "request");
    });
  });
}

/** Question and SQL may be private: they are left out unless asked for. */
function line(request: FastifyRequest, route: string, withQuestions: boolean): Record<string, unknown> {
  const { question, sql, ...facts } = request.facts;
  return { method: request.method, route, ...facts, ...(withQuestions ? { question, sql } : {}) };
}
