import { z } from "zod";
import { HttpError } from "./http-error.js";
import { samplingFields } from "./sampling-request.js";

const content = z.union([z.string(), z.array(z.looseObject({ type: z.string(), text: z.string().optional() }))]);

/** OpenAI's request. What this server does not do is refused by name; unknown fields are let through, as OpenAI does. */
export const chatRequest = z.looseObject({
  model: z.string().optional().describe("A name of /v1/models; without one the first."),
  messages: z
    .array(z.looseObject({ role: z.enum(["system", "developer", "user", "assistant"]), content: content.nullish() }))
    .min(1)
    .describe("The last user message is the question. A system message has the schema, or names a known database."),
  metadata: z.record(z.string(), z.string()).nullish().describe('{"database": NAME} names a known database.'),
  max_tokens: z.int().min(1).nullish(),
  max_completion_tokens: z.int().min(1).nullish(),
  ...samplingFields,
  stream: z.boolean().nullish(),
  stream_options: z.looseObject({ include_usage: z.boolean().optional() }).nullish(),
  logprobs: z.boolean().nullish().describe("The probability of each token."),
});

export type ChatRequest = z.output<typeof chatRequest>;

type Judge = (value: unknown) => boolean;
const isNeutral: Record<string, Judge> = {
  n: (value) => value === 1,
  stop: () => false,
  tools: (value) => Array.isArray(value) && value.length === 0,
  functions: () => false,
  response_format: (value) => (value as { type?: unknown }).type === "text",
  logit_bias: (value) => Object.keys(value as object).length === 0,
  presence_penalty: (value) => value === 0,
  frequency_penalty: (value) => value === 0,
  top_logprobs: (value) => value === 0,
};

/** @throws HttpError 400 for a wish that would be ignored silently. */
export function refuseUnsupported(request: ChatRequest): void {
  for (const [name, neutral] of Object.entries(isNeutral)) {
    const value = request[name];
    if (value == null || neutral(value)) continue;
    throw new HttpError(400, `${name} is not supported here: leave it out.`, {
      ...{ code: "unsupported_parameter", param: name },
    });
  }
}
