import { describe, expect, it } from "vitest";
import { createEngine } from "../../src/infer/index.js";
import { loadModel } from "../../src/model/index.js";
import { FLOAT32, LEARNT, SINGER, trainOneAnswer, useServer } from "./server-fixture.js";

const fixture = useServer();
const question = "Names of the singers?";

describe("POST /generate_sql", () => {
  it("answers as the engine does, without a result where no database is known", async () => {
    const app = await fixture.server();
    const reply = await app.inject({ method: "POST", url: "/generate_sql", payload: { question, schema: SINGER } });
    const answer = await fixture.engine.generate({ question, schema: SINGER });
    expect(reply.statusCode).toBe(200);
    expect(reply.json()).toEqual({
      generated_sql: answer.sql,
      confidence: expect.closeTo(answer.confidence, 5),
      execution_result: null,
      latency_ms: expect.any(Number),
    });
  });

  it("fills the result in for a database named or given by its schema, and gives an error's text", async () => {
    using model = await loadModel(`${fixture.folder}/tiny`, { ...FLOAT32, adapter: await trainOneAnswer(fixture) });
    const engine = await createEngine({ model });
    const app = await fixture.server({
      models: [{ name: "learnt", engine }],
      databases: { singers: fixture.singers },
      maxTokens: 40,
    });
    const ask = async (schema: string) =>
      (await app.inject({ method: "POST", url: "/generate_sql", payload: { question, schema } })).json();
    const filled = {
      generated_sql: LEARNT,
      confidence: expect.any(Number),
      execution_result: { columns: ["column1"], rows: [[1]], truncated: false },
      latency_ms: expect.any(Number),
    };
    expect(await ask("singers")).toEqual(filled);
    expect(await ask(SINGER)).toEqual(filled);
    expect(await ask("TABLE: Singer ( age (int), name (text) )")).toEqual(filled);
    expect((await ask("TABLE: singer ( name (text) )")).execution_result).toBeNull();

    const random = await fixture.server({ databases: { singers: fixture.singers } });
    const wrong = await random.inject({
      method: "POST",
      url: "/generate_sql",
      payload: { question, schema: "singers" },
    });
    expect(wrong.json().execution_result).toMatch(/^(?:only a SELECT|near )/);
  });

  const refused: [name: string, payload: unknown, status: number, detail: unknown][] = [
    ["a blank question", { question: " \n", schema: SINGER }, 400, "Question cannot be empty"],
    ["a blank schema", { question, schema: "" }, 400, "Schema cannot be empty"],
    [
      "a missing field",
      { question },
      422,
      [{ type: "missing", loc: ["body", "schema"], msg: "Field required", input: { question } }],
    ],
    [
      "ill-typed fields",
      { question: 5, schema: ["x"] },
      422,
      [
        { type: "string_type", loc: ["body", "question"], msg: "Input should be a valid string", input: 5 },
        { type: "string_type", loc: ["body", "schema"], msg: "Input should be a valid string", input: ["x"] },
      ],
    ],
    ["no body", undefined, 422, [{ type: "missing", loc: ["body"], msg: "Field required", input: null }]],
    [
      "text that is no schema",
      { question, schema: "/etc/passwd" },
      400,
      expect.stringMatching(/neither DDL nor a TABLE/),
    ],
  ];
  it.each(refused)("refuses %s", async (_, payload, status, detail) => {
    const app = await fixture.server();
    const reply = await app.inject({ method: "POST", url: "/generate_sql", payload: payload as object });
    expect([reply.statusCode, reply.json()]).toEqual([status, { detail }]);
  });

  it("refuses what is no JSON, what is too large, and a prompt longer than the model reads", async () => {
    const app = await fixture.server({ bodyLimit: 5000 });
    const send = (payload: string, type = "application/json") =>
      app.inject({ method: "POST", url: "/generate_sql", payload, headers: { "content-type": type } });
    const broken = await send("{");
    expect([broken.statusCode, broken.json().detail[0].type]).toEqual([422, "json_invalid"]);
    expect((await send("{}", "text/plain")).statusCode).toBe(415);
    expect((await send(JSON.stringify({ question: "?".repeat(5000), schema: SINGER }))).statusCode).toBe(413);
    const long = await send(JSON.stringify({ question: "?".repeat(1500), schema: SINGER }));
    expect([long.statusCode, long.json().detail]).toEqual([400, expect.stringMatching(/prompt has \d+ tokens.*1024/)]);
  });

  it("turns a body of very many or very deep values away before it is read", async () => {
    const app = await fixture.server();
    const send = async (url: string, payload: string) =>
      (await app.inject({ method: "POST", url, payload, headers: { "content-type": "application/json" } })).json();
    const many = JSON.stringify({ messages: Array.from({ length: 200_000 }, () => 0) });
    expect(await send("/v1/chat/completions", many)).toMatchObject({
      error: { message: expect.stringMatching(/over 5000 values/) },
    });
    expect(await send("/generate_sql", many)).toEqual({ detail: "The body has over 5000 values." });
    const deep = `{"question": ${"[".repeat(400_000)}${"]".repeat(400_000)}}`;
    expect((await send("/v1/sql", deep)).error.message).toMatch(/levels deep|no JSON/);
    const wrong = JSON.stringify({ messages: [{ role: "user" }], temperature: 9, ["x".repeat(500_000)]: 1 });
    expect((await send("/v1/chat/completions", wrong)).error.message.length).toBeLessThan(400);
    const names = JSON.stringify({ ["x".repeat(500_000)]: 1 });
    expect((await send("/v1/sql", names)).error.message.length).toBeLessThan(2000);
  });

  it("answers 503 without a model, and says so in /health", async () => {
    const app = await fixture.server({ models: [] });
    expect((await app.inject("/health")).json()).toEqual({ status: "ok", model_loaded: false });
    const reply = await app.inject({ method: "POST", url: "/generate_sql", payload: { question, schema: SINGER } });
    expect([reply.statusCode, reply.json()]).toEqual([503, { detail: "Model not loaded" }]);
    const loaded = await fixture.server();
    expect((await loaded.inject("/health")).json()).toEqual({ status: "ok", model_loaded: true });
  });
});
