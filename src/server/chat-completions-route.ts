import type { FastifyInstance } from "fastify";
import { askModel } from "./ask-model.js";
import { documented, readBody } from "./body.js";
import { ChatCompletion } from "./chat-completion.js";
import { chatRequest, refuseUnsupported } from "./chat-request.js";
import { readChat } from "./chat-subject.js";
import { Executions } from "./executions.js";
import { requestSignal } from "./request-signal.js";
import { samplingFor } from "./sampling-request.js";
import { modelNamed, type ServerContext } from "./server-context.js";
import { streamTokens } from "./token-stream.js";

/** OpenAI's chat completions, whole and as server-sent events. */
export function chatCompletionsRoute(app: FastifyInstance, context: ServerContext): void {
  const schema = { summary: "Chat completions (OpenAI)", tags: ["openai"], body: documented(chatRequest) };
  app.post("/v1/chat/completions", { schema }, async (request, reply) => {
    const body = readBody(chatRequest, request.body);
    refuseUnsupported(body);
    const model = modelNamed(context, body.model);
    const { question, subject } = readChat(body, context.databases, request.client);
    if (subject?.database) request.facts.database = subject.database.name;
    const { settings } = context;
    const sampling = samplingFor(body, body.max_completion_tokens ?? body.max_tokens, settings.maxTokens);
    const signal = requestSignal(reply);
    // The reply shows no rows: SQL is run only where the engine chooses by it.
    const runs = model.answering?.select || (model.answering?.repair ?? 0) > 0;
    const executions = subject?.database && runs ? new Executions(context, subject.database, { signal }) : null;
    const asked = { model, question, schema: subject?.schema ?? null, sampling, executions, signal };
    const completion = new ChatCompletion(request.id, model, body.logprobs === true);
    if (!body.stream) return completion.whole((await askModel(context, request, asked)).result);

    await streamTokens({
      ...{ reply, drainMs: settings.drainMs },
      ask: (onToken) => askModel(context, request, { ...asked, onToken }),
      open: (events) => events.send(completion.opening()),
      token: (events, token) => events.send(completion.token(token)),
      close: async (events, { result: answer }, rest) => {
        if (rest !== "") await events.send(completion.rest(rest));
        await events.send(completion.closing(answer));
        if (body.stream_options?.include_usage) await events.send(completion.usage(answer));
        await events.send("[DONE]");
      },
    });
    return reply;
  });
}
