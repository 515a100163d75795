import swagger from "@fastify/swagger";
import swaggerUi from "@fastify/swagger-ui";
import type { FastifyInstance } from "fastify";
import { sqltuneVersion } from "../adapter/index.js";

/** OpenAPI of all routes that are added later, at /docs (a page) and /docs/json. The page loads nothing from elsewhere. */
export async function documentApi(app: FastifyInstance, withKeys: boolean): Promise<void> {
  const scheme = { type: "http", scheme: "bearer" } as const;
  await app.register(swagger, {
    openapi: {
      openapi: "3.1.0",
      info: {
        title: "sqltune",
        version: sqltuneVersion,
        description: "Questions in, SQL out. The OpenAI endpoints work with OpenAI's own clients.",
      },
      ...(withKeys ? { components: { securitySchemes: { key: scheme } }, security: [{ key: [] }] } : {}),
    },
  });
  await app.register(swaggerUi, { routePrefix: "/docs", staticCSP: true });
}
