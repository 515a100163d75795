import type { FastifyInstance } from "fastify";
import { modelNamed, type ServerContext } from "./server-context.js";
import type { ServedModel } from "./settings.js";

/** OpenAI's list of models: the base or each adapter by its name. */
export function modelsRoute(app: FastifyInstance, context: ServerContext): void {
  const describe = ({ name, engine }: ServedModel) => ({
    ...{ id: name, object: "model", created: context.created, owned_by: "sqltune" },
    base: engine.model.source.name,
    adapter: engine.model.adapter !== null,
    context_tokens: engine.model.decoderConfig.maxPositionEmbeddings,
  });
  const tags = ["openai"];
  app.get("/v1/models", { schema: { summary: "Models (OpenAI)", tags } }, async () => ({
    object: "list",
    data: context.models.map(describe),
  }));
  app.get<{ Params: { model: string } }>(
    "/v1/models/:model",
    { schema: { summary: "One model (OpenAI)", tags } },
    (request) => Promise.resolve(describe(modelNamed(context, request.params.model))),
  );
}
