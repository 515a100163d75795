import { createReadStream, existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import Database from "better-sqlite3";
import type { FastifyInstance } from "fastify";
import { describe, expect, it } from "vitest";
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

describe("POST /v1/sql", () => {
  it("tells everything about an answer", async () => {
    using model = await loadModel(`${fixture.folder}/tiny`, { ...FLOAT32, adapter: await trainOneAnswer(fixture) });
    const models = [{ name: "learnt", engine: await createEngine({ model }) }];
    const app = await fixture.server({ models, databases: { singers: fixture.singers }, maxTokens: 40 });
    const ask = (more: object) => post(app, "/v1/sql", { question, database: "singers", ...more });
    const full = {
      ...{ status: 200, id: expect.any(String), model: "learnt", database: "singers", sql: LEARNT },
      ...{ confidence: expect.any(Number), finish_reason: "stop", executable: true, error: null },
      ...{ parses: true, tables: [], columns: [], unknown_names: [] },
      result: { columns: ["column1"], rows: [[1]], truncated: false },
      usage: expect.objectContaining({ completion_tokens: LEARNT.length + 1 }),
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

  it.each<[name: string, payload: object, status: number, message: RegExp]>([
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

describe("databases", () => {
  const bytesOf = (sql: string) => {
    const database = new Database(":memory:");
    database.exec(sql);
    return database.serialize();
  };
  const put = (app: FastifyInstance, name: string, payload: Buffer, type = "application/vnd.sqlite3") =>
    app.inject({ method: "PUT", url: `/v1/databases/${name}`, payload, headers: { "content-type": type } });

  it("shows a registered one and runs read-only queries on it", async () => {
    const app = await fixture.server({ databases: { singers: fixture.singers }, maxRows: 1 });
    expect((await app.inject("/v1/databases")).json()).toEqual({
      data: [{ name: "singers", origin: "file", bytes: expect.any(Number), tables: ["singer"] }],
    });
    const { schema } = (await app.inject("/v1/databases/singers")).json();
    expect(schema.ddl).toBe("CREATE TABLE singer (\n  name TEXT,\n  age INTEGER\n);");
    const query = (sql: string) => post(app, "/v1/databases/singers/query", { sql });
    expect(await query("SELECT age, x'00ff' FROM singer ORDER BY age DESC")).toMatchObject({
      ...{ status: 200, rows: [["9007199254740993", { base64: "AP8=" }]], truncated: true },
    });
    const before = readFileSync(fixture.singers);
    for (const sql of [
      "DELETE FROM singer",
      "SELECT 1; DROP TABLE singer",
      "ATTACH 'x' AS y",
      "SELECT nme FROM singer",
    ]) {
      expect(await query(sql)).toMatchObject({ status: 400, error: { param: "sql" } });
    }
    expect(readFileSync(fixture.singers).equals(before)).toBe(true);
    expect((await app.inject({ method: "DELETE", url: "/v1/databases/singers" })).statusCode).toBe(403);
    expect(existsSync(fixture.singers)).toBe(true);
  });

  it("keeps an uploaded one under a name of its own, over a restart, until it is deleted", async () => {
    const dataFolder = join(fixture.folder, "data");
    const app = await fixture.server({ dataFolder });
    const bytes = bytesOf("CREATE TABLE pet (id INT); INSERT INTO pet VALUES (7)");
    expect((await put(app, "pets", bytes)).json()).toEqual({
      ...{ name: "pets", origin: "upload", bytes: bytes.length, tables: ["pet"] },
    });
    const sql = "SELECT id FROM pet";
    expect(await post(app, "/v1/databases/pets/query", { sql })).toMatchObject({ rows: [[7]] });
    expect((await put(app, "pets", bytes)).statusCode).toBe(409);
    const [index, file] = readdirSync(dataFolder).sort().reverse();
    expect([index, file]).toEqual(["databases.json", expect.stringMatching(/^[0-9a-f-]{36}\.sqlite$/)]);

    const again = await fixture.server({ dataFolder });
    expect(await post(again, "/v1/databases/pets/query", { sql })).toMatchObject({ rows: [[7]] });
    expect((await again.inject({ method: "DELETE", url: "/v1/databases/pets" })).json()).toEqual({
      ...{ name: "pets", deleted: true },
    });
    expect(readdirSync(dataFolder)).toEqual(["databases.json"]);
    expect((await again.inject("/v1/databases/pets")).statusCode).toBe(404);
  });

  it("refuses what is too large, is no database, or has a name that is none, and keeps nothing of it", async () => {
    const dataFolder = join(fixture.folder, "refusals");
    const app = await fixture.server({ dataFolder, uploadLimit: 20_000, uploadCount: 1 });
    const small = bytesOf("CREATE TABLE pet (id INT)");
    const large = bytesOf(`CREATE TABLE pet (id); INSERT INTO pet VALUES ('${"x".repeat(30_000)}')`);
    const damaged = Buffer.concat([small.subarray(0, 100), Buffer.alloc(small.length - 100, 255)]);
    expect((await put(app, "large", large)).statusCode).toBe(413);
    const chunked = {
      method: "PUT",
      url: "/v1/databases/large",
      headers: { "content-type": "application/octet-stream" },
    } as const;
    expect(
      (await app.inject({ ...chunked, payload: createReadStream(fixture.singers, { highWaterMark: 100 }) })).statusCode,
    ).toBe(201);
    expect((await put(app, "second", small)).statusCode).toBe(409);
    await app.inject({ method: "DELETE", url: "/v1/databases/large" });
    expect((await put(app, "text", Buffer.from("SQLite format 4"))).statusCode).toBe(415);
    expect((await put(app, "short", Buffer.from("SQLite"))).statusCode).toBe(415);
    expect((await put(app, "damaged", damaged)).json().error.message).not.toContain(dataFolder);
    expect((await put(app, "empty", bytesOf("PRAGMA user_version = 1"))).statusCode).toBe(415);
    expect((await put(app, "json", small, "application/json")).statusCode).toBe(415);
    for (const name of ["..%2Fescape", ".hidden", "a%00b", "%2Fetc%2Fpasswd"]) {
      expect((await put(app, name, small)).statusCode, name).toBe(400);
    }
    expect(readdirSync(dataFolder)).toEqual(["databases.json"]);
    const none = await fixture.server();
    expect((await put(none, "pets", small)).statusCode).toBe(403);
  });

  it("is not started with files that are no databases; all of them are named", async () => {
    const databases = { a: join(fixture.folder, "none.sqlite"), "b/c": fixture.singers };
    await expect(fixture.server({ databases })).rejects.toThrow(/^a: .*none\.sqlite.*\nb\/c: expected a name/);
  });
});

function readEvent(text: string) {
  const [, event, data] = /^event: (\w+)\ndata: (.*)$/.exec(text)!;
  return { event, data: JSON.parse(data!) };
}
