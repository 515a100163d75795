import type { AddressInfo } from "node:net";
import OpenAI from "openai";
import { beforeAll, describe, expect, it } from "vitest";
import { createEngine } from "../../src/infer/index.js";
import type { ServerOptions } from "../../src/server/settings.js";
import { SINGER, useServer } from "./server-fixture.js";

const fixture = useServer();
const question = "How many singers?";
const messages: OpenAI.ChatCompletionMessageParam[] = [
  { role: "system", content: `Answer with SQL for this schema:\n${SINGER}` },
  { role: "user", content: "Names?" },
  { role: "assistant", content: "SELECT name FROM singer" },
  { role: "user", content: question },
];

/** OpenAI's own client, pointed at a listening server. */
async function client(options: Partial<ServerOptions> = {}, apiKey = "any") {
  const app = await fixture.server(options);
  await app.listen({ host: "127.0.0.1", port: 0 });
  const { port } = app.server.address() as AddressInfo;
  return new OpenAI({ baseURL: `http://127.0.0.1:${port}/v1`, apiKey, maxRetries: 0 });
}

describe("OpenAI's client", () => {
  let openai: OpenAI;
  beforeAll(async () => {
    const second = await createEngine({ model: fixture.random, prompt: { program: "inst" } });
    const models = [
      { name: "tiny", engine: fixture.engine },
      { name: "inst", engine: second },
    ];
    openai = await client({ models, databases: { singers: fixture.singers } });
  });

  it("lists the models", async () => {
    const { data } = await openai.models.list();
    expect(data.map(({ id, object, owned_by }) => [id, object, owned_by])).toEqual([
      ["tiny", "model", "sqltune"],
      ["inst", "model", "sqltune"],
    ]);
    expect((await openai.models.retrieve("inst")).id).toBe("inst");
    await expect(openai.models.retrieve("gpt")).rejects.toMatchObject({ status: 404, code: "model_not_found" });
  });

  it("gets the engine's answer to the last user message about the system message's schema", async () => {
    const completion = await openai.chat.completions.create({ model: "tiny", messages, logprobs: true });
    const answer = await fixture.engine.generate({ question, schema: SINGER });
    expect(completion.id).toMatch(/^chatcmpl-/);
    expect(completion).toMatchObject({
      object: "chat.completion",
      model: "tiny",
      choices: [{ index: 0, message: { role: "assistant", content: answer.text }, finish_reason: answer.finishReason }],
      usage: {
        prompt_tokens: answer.promptTokens,
        completion_tokens: answer.tokens.length,
        total_tokens: answer.promptTokens + answer.tokens.length,
        prompt_tokens_details: { cached_tokens: expect.any(Number) },
      },
      sqltune: {
        ...{ sql: answer.sql, confidence: expect.closeTo(answer.confidence, 5) },
        ...{ calibrated_confidence: null, abstained: false },
      },
    });
    const logprobs = completion.choices[0]!.logprobs!.content!;
    expect(logprobs.map(({ logprob }) => Math.exp(logprob))).toEqual(
      [...answer.probabilities].map((p) => expect.closeTo(p, 4)),
    );
  });

  it("is told how much of the prompt was kept from the question before", async ({ skip }) => {
    skip(!fixture.keepsPrefixes(), "this processor has none of the kernels that keep prefixes");
    const about = (content: string): OpenAI.ChatCompletionMessageParam[] => [
      { role: "system", content: `${SINGER} CREATE TABLE song (title TEXT, singer TEXT);` },
      { role: "user", content },
    ];
    const usage = async (content: string) =>
      (await openai.chat.completions.create({ model: "tiny", messages: about(content) })).usage!;
    await usage("How many songs?");
    const { prompt_tokens, prompt_tokens_details } = await usage("Which songs?");
    expect(prompt_tokens_details!.cached_tokens).toBeGreaterThan(50);
    expect(prompt_tokens_details!.cached_tokens).toBeLessThan(prompt_tokens);
    const stream = await openai.chat.completions.create({
      ...{ model: "tiny", messages: about("What songs?"), stream: true, stream_options: { include_usage: true } },
    });
    let streamed: OpenAI.CompletionUsage | null | undefined = null;
    for await (const chunk of stream) streamed = chunk.usage;
    expect(streamed!.prompt_tokens_details!.cached_tokens).toBe(prompt_tokens_details!.cached_tokens);
  });

  it("streams the same text, with the usage where it is asked for", async () => {
    const options = { model: "tiny", messages } as const;
    const whole = await openai.chat.completions.create(options);
    const chunks: OpenAI.ChatCompletionChunk[] = [];
    const stream = await openai.chat.completions.create({
      ...{ ...options, stream: true, stream_options: { include_usage: true } },
    });
    for await (const chunk of stream) chunks.push(chunk);
    const deltas = chunks.flatMap(({ choices }) => choices);
    expect(deltas[0]!.delta).toEqual({ role: "assistant", content: "" });
    expect(deltas.map(({ delta }) => delta.content ?? "").join("")).toBe(whole.choices[0]!.message.content);
    expect(deltas.map(({ finish_reason }) => finish_reason).filter(Boolean)).toEqual([whole.choices[0]!.finish_reason]);
    expect(chunks.at(-1)).toMatchObject({
      choices: [],
      usage: { prompt_tokens: whole.usage!.prompt_tokens, completion_tokens: whole.usage!.completion_tokens },
    });
    expect(new Set(chunks.map(({ id }) => id)).size).toBe(1);
    // The client's own way to collect a stream.
    const collected = await openai.chat.completions.stream(options).finalContent();
    expect(collected).toBe(whole.choices[0]!.message.content);
  });

  it("asks each model by its name, with its own prompt", async () => {
    const [tiny, inst] = await Promise.all(
      ["tiny", "inst"].map((model) => openai.chat.completions.create({ model, messages })),
    );
    expect([tiny!.model, inst!.model]).toEqual(["tiny", "inst"]);
    expect(tiny!.usage!.prompt_tokens).not.toBe(inst!.usage!.prompt_tokens);
  });

  it("takes the schema of a database named in metadata or in a system message", async () => {
    const tokens = async (system: string[], metadata?: Record<string, string>) => {
      const said = system.map((content) => ({ role: "system" as const, content }));
      const asked: OpenAI.ChatCompletionMessageParam[] = [...said, { role: "user", content: question }];
      const { usage } = await openai.chat.completions.create({ model: "tiny", messages: asked, metadata });
      return usage!.prompt_tokens;
    };
    const written = await tokens([SINGER]);
    expect(await tokens([], { database: "singers" })).toBe(written);
    expect(await tokens(["The database is singers."])).toBe(written);
    expect(await tokens(["You are a helpful assistant."])).toBeLessThan(written);
    await expect(tokens([], { database: "none" })).rejects.toMatchObject({ status: 404, code: "database_not_found" });
  });

  it("caps the answer's length, and says that it was cut", async () => {
    const ask = async (tokens: number) =>
      (await openai.chat.completions.create({ model: "tiny", messages, max_completion_tokens: tokens })).usage!;
    expect((await ask(3)).completion_tokens).toBe(3);
    expect((await ask(10_000)).completion_tokens).toBeLessThanOrEqual(12);
    const cut = await openai.chat.completions.create({ model: "tiny", messages, max_tokens: 2 });
    expect(cut.choices[0]!.finish_reason).toBe("length");
  });

  it("samples by the request's temperature, the same for the same seed", async () => {
    const ask = async (seed: number) => {
      const sampled = { model: "tiny", messages, temperature: 1.5, seed };
      const [alone, ...crowd] = await Promise.all([1, 2, 3].map(() => openai.chat.completions.create(sampled)));
      for (const other of crowd) expect(other.choices[0]!.message.content).toBe(alone!.choices[0]!.message.content);
      return alone!.choices[0]!.message.content;
    };
    expect(await ask(1)).not.toBe(await ask(2));
  });

  it.each<[name: string, body: object, error: object]>([
    ["an unknown model", { model: "gpt-5" }, { status: 404, code: "model_not_found", param: "model" }],
    ["no messages", { messages: [] }, { status: 400, type: "invalid_request_error", param: "messages" }],
    ["no user message", { messages: messages.slice(0, 1) }, { status: 400, param: "messages" }],
    [
      "tools",
      { tools: [{ type: "function", function: { name: "f" } }] },
      { code: "unsupported_parameter", param: "tools" },
    ],
    ["several answers", { n: 2 }, { status: 400, code: "unsupported_parameter", param: "n" }],
    ["a temperature out of range", { temperature: 3 }, { status: 400, param: "temperature" }],
    [
      "a schema that cannot be read",
      { messages: [{ role: "system", content: "CREATE TABLE (" }, ...messages.slice(1)] },
      { status: 400, code: "invalid_schema" },
    ],
    [
      "a prompt that is too long",
      { messages: [{ role: "user", content: "?".repeat(2000) }] },
      { status: 400, code: "context_length_exceeded" },
    ],
    [
      "a question that is not worth counting",
      { messages: [{ role: "user", content: "?".repeat(20_001) }] },
      { status: 400, code: "context_length_exceeded" },
    ],
    [
      "a schema that is not worth counting",
      {
        messages: [
          { role: "system", content: `CREATE TABLE t (${Array.from({ length: 1100 }, (_, i) => `c${i}`).join(", ")})` },
          { role: "user", content: question },
        ],
      },
      { status: 400, code: "context_length_exceeded", message: expect.stringContaining("1101 names") },
    ],
    [
      "a prompt that is too long to stream",
      { stream: true, messages: [{ role: "user", content: "?".repeat(2000) }] },
      { status: 400, code: "context_length_exceeded" },
    ],
  ])("refuses %s in OpenAI's shape", async (_, body, error) => {
    const asked = openai.chat.completions.create({ model: "tiny", messages, ...body });
    await expect(asked).rejects.toMatchObject(error);
  });

  it("is let in with a key of the server's only", async () => {
    const options = { apiKeys: ["first-key", "second-key"] };
    expect((await (await client(options, "second-key")).models.list()).data).toHaveLength(1);
    await expect((await client(options, "second-kez")).models.list()).rejects.toMatchObject({
      ...{ status: 401, code: "invalid_api_key", type: "authentication_error" },
    });
  });
});
