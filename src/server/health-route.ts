import type { FastifyInstance } from "fastify";
import { z } from "zod";
import { documented } from "./body.js";
import type { ServerContext } from "./server-context.js";

const health = z.object({ status: z.literal("ok"), model_loaded: z.boolean() });

export function healthRoute(app: FastifyInstance, { models }: ServerContext): void {
  const schema = {
    ...{ summary: "Whether the server is up and has a model", tags: ["operation"], security: [] },
    response: { 200: documented(health, "output") },
  };
  app.get("/health", { schema, config: { rateLimit: false } }, async () => ({
    status: "ok",
    model_loaded: models.length > 0,
  }));
}
