import type { FastifyInstance } from "fastify";
import { afterEach, describe, expect, it, vi } from "vitest";
import { z } from "zod";
import { createEngine } from "../../src/infer/index.js";
import { loadModel } from "../../src/model/index.js";
import { parseSchema } from "../../src/schema/parse-schema.js";
import { namesUsed } from "../../src/server/names-used.js";
import { FLOAT32, LEARNT, SINGER, trainOneAnswer, useServer } from "./server-fixture.js";

const fixture = useServer();
const question = "Names of the singers?";
const post = async (app: FastifyInstance, url: string, payload: object) => {
  const reply = await app.inject({ method: "POST", url, payload });
  return { status: reply.statusCode, ...reply.json() };
};

afterEach(() => {
  vi.restoreAllMocks();
});

describe("POST /v1/sql", () => {
  it("tells everything about an answer", async () => {
    using model = await loadModel(`${fixture.folder}/tiny`, { ...FLOAT32, adapter: await trainOneAnswer(fixture) });
    const models = [{ name: "learnt", engine: await createEngine({ model }) }];
    const app = await fixture.server({ models, databases: { singers: fixture.singers }, maxTokens: 40 });
    const ask = (more: object) => post(app, "/v1/sql", { question, database: "singers", ...more });
    const full = {
      ...{ status: 200, id: expect.any(String), model: "learnt", database: "singers", sql: LEARNT },
      ...{
        confidence: expect.any(Number),
        calibrated_confidence: null,
        abstained: false,
        alternatives: [],
        votes: null,
      },
      tokens: [..."VALUES(1)", ""].map((text) => ({ text, probability: expect.any(Number) })),
      ...{ finish_reason: "stop", truncated: false, repairs: 0, executable: true, error: null },
      ...{ parses: true, tables: [], columns: [], unknown_names: [] },
      result: { columns: ["column1"], rows: [[1]], truncated: false },
      usage: expect.objectContaining({ completion_tokens: LEARNT.length + 1 }),
      cached_tokens: expect.any(Number),
      timings: {
        ...{ queue_ms: expect.any(Number), encode_ms: expect.any(Number), generate_ms: expect.any(Number) },
        ...{ execute_ms: expect.any(Number), total_ms: expect.any(Number), batch: 1 },
      },
    };
    expect(await ask({})).toEqual(full);
    expect(await ask({ execute: false })).toMatchObject({ sql: LEARNT, executable: null, result: null });
    const text = await post(app, "/v1/sql", { question, schema: "CREATE TABLE a (b INT)" });
    expect(text).toMatchObject({ database: null, executable: null, result: null });

    const reply = await app.inject({
      method: "POST",
      url: "/v1/sql",
      payload: { question, database: "singers", stream: true },
    });
    const events = reply.body.split("\n\n").filter(Boolean).map(readEvent);
    expect(events.at(-1)).toMatchObject({ event: "answer", data: { sql: LEARNT, result: full.result } });
    const tokens = events.slice(0, -1);
    expect(tokens.map(({ event }) => event)).toEqual(tokens.map(() => "token"));
    expect(tokens.map(({ data }) => data.text).join("")).toBe(LEARNT);
  });

  it("answers what the OpenAPI document says that it answers", async () => {
    const app = await fixture.server({ databases: { singers: fixture.singers } });
    const { paths } = (await app.inject("/docs/json")).json();
    const documented = (path: string) => {
      return z.fromJSONSchema(paths[path].post.responses["200"].content["application/json"].schema);
    };
    const documentedReply = documented("/v1/sql");
    const asked = [
      { database: "singers" },
      { database: "singers", select: "vote", n: 3, temperature: 1.5, seed: 1 },
      { schema: "CREATE TABLE pet (id INT)", execute: false, max_tokens: 2 },
    ];
    for (const more of asked) {
      const reply = await app.inject({ method: "POST", url: "/v1/sql", payload: { question, ...more } });
      expect(reply.statusCode, reply.body).toBe(200);
      const body = reply.json<Record<string, unknown>>();
      documentedReply.parse(body);
      expect(() => documentedReply.parse({ ...body, more: 1 })).toThrow();
    }
    const seed = await app.inject({ method: "POST", url: "/generate_sql", payload: { question, schema: "singers" } });
    documented("/generate_sql").parse(seed.json());
  });

  it("gives the candidates that were not chosen, each run once, and counts their rows at the door", async () => {
    const app = await fixture.server({ databases: { singers: fixture.singers } });
    const generate = vi.spyOn(fixture.engine, "generate");
    const reply = await post(app, "/v1/sql", {
      question,
      database: "singers",
      select: "first-executable",
      n: 4,
      seed: 3,
    });
    expect(reply).toMatchObject({ status: 200, executable: false, error: { kind: expect.any(String) } });
    const { alternatives, sql } = reply as unknown as { alternatives: { sql: string }[]; sql: string };
    const texts = [sql, ...alternatives.map((it) => it.sql)];
    expect(new Set(texts).size).toBe(texts.length);
    expect(texts.length).toBeGreaterThan(1);
    expect(reply.alternatives.every((it: { executable: unknown }) => it.executable === false)).toBe(true);
    const metrics = (await app.inject("/metrics")).body;
    const queries = [...metrics.matchAll(/^sqltune_queries_total\{.*\} (\d+)$/gm)].reduce(
      (sum, it) => sum + Number(it[1]),
      0,
    );
    expect(queries).toBe(texts.length);
    expect(generate.mock.calls[0]![0]).toMatchObject({
      select: { by: "first-executable", n: 4 },
      sampling: { seed: 3 },
    });
  });

  it("marks what it is not sure of, and does not run it for its rows", async () => {
    const app = await fixture.server({ databases: { singers: fixture.singers } });
    const unsure = await post(app, "/v1/sql", { question, database: "singers", abstain_below: 1 });
    expect(unsure).toMatchObject({ status: 200, abstained: true, result: null });
    expect(await post(app, "/v1/sql", { question, database: "singers" })).toMatchObject({ abstained: false });
  });

  it("passes the wishes of a request on to the engine, and no others", async () => {
    const app = await fixture.server({ databases: { singers: fixture.singers } });
    const generate = vi.spyOn(fixture.engine, "generate");
    await post(app, "/v1/sql", { question, schema: SINGER, constrain: "off", repair: 2, abstain_below: 0.3 });
    expect(generate.mock.calls[0]![0]).toMatchObject({ constrain: "off", repair: 2, abstainBelow: 0.3 });
    await post(app, "/v1/sql", { question, schema: "CREATE TABLE pet (id INT)" });
    for (const name of ["constrain", "select", "repair", "abstainBelow", "execute"]) {
      expect(generate.mock.calls[1]![0]).not.toHaveProperty(name);
    }
  });

  it("keeps schemas from question to question, for each key and model apart", async ({ skip }) => {
    skip(!fixture.keepsPrefixes(), "this processor has none of the kernels that keep prefixes");
    const schema = `${SINGER} CREATE TABLE song (title TEXT, singer TEXT, year INTEGER);`;
    const app = await fixture.server({ apiKeys: ["one", "two"] });
    const cached = async (key: string) => {
      const headers = { "x-api-key": key };
      const reply = await app.inject({ method: "POST", url: "/v1/sql", payload: { question, schema }, headers });
      const { cached_tokens, usage } = reply.json();
      expect(usage.prompt_tokens_details.cached_tokens).toBe(cached_tokens);
      return cached_tokens as number;
    };
    const first = await cached("one");
    const again = await cached("one");
    expect(again).toBeGreaterThan(schema.length / 2);
    expect(first).toBeLessThan(again);
    // What another key has asked about is not told by how fast the answer comes.
    expect(await cached("two")).toBe(first);
  });

  it.each<[name: string, payload: object, status: number, message: RegExp]>([
    ["candidates without a choice", { question, database: "singers", n: 3 }, 400, /n is the number of candidates/],
    ["too many candidates", { question, database: "singers", select: "vote", n: 99 }, 400, /^n: /],
    ["an unknown constraint", { question, database: "singers", constrain: "sql" }, 400, /^constrain: /],
    ["no schema and no database", { question }, 400, /Neither schema nor database/],
    ["both", { question, schema: SINGER, database: "singers" }, 400, /Both schema and database/],
    ["an unknown database", { question, database: "../singers.sqlite" }, 404, /no database/],
    ["a blank question", { question: "", database: "singers" }, 400, /Question cannot be empty/],
    ["a misspelt field", { question, database: "singers", maxtokens: 5 }, 400, /maxtokens/],
  ])("refuses %s", async (_, payload, status, message) => {
    const app = await fixture.server({ databases: { singers: fixture.singers } });
    expect(await post(app, "/v1/sql", payload)).toMatchObject({
      ...{ status, error: { message: expect.stringMatching(message), type: "invalid_request_error" } },
    });
  });

  it("names the tables and columns that SQL uses, in the schema's spelling, and what the schema lacks", () => {
    const schema = parseSchema(
      "CREATE TABLE Singer (Name TEXT, Age INT); CREATE TABLE Song (Title TEXT, Singer TEXT);",
    );
    const sql = "select s.name, max(age), genre from singer s join song on song.singer = s.name where s.shoe > 1";
    expect(namesUsed(sql, schema)).toEqual({
      tables: ["Singer", "Song"],
      columns: [
        { table: "Singer", column: "Name" },
        { table: "Singer", column: "Age" },
        { table: "Song", column: "Singer" },
      ],
      unknown: ["genre", "Singer.shoe"],
    });
    expect(namesUsed("SELECT * FROM song", schema)!.columns).toHaveLength(2);
    expect(namesUsed("SELECT FROM", schema)).toBeNull();
  });
});

function readEvent(text: string) {
  const [, event, data] = /^event: (\w+)\ndata: (.*)$/.exec(text)!;
  return { event, data: JSON.parse(data!) };
}
