import { createReadStream, existsSync, readdirSync, readFileSync, readlinkSync } from "node:fs";
import { join } from "node:path";
import Database from "better-sqlite3";
import type { FastifyInstance } from "fastify";
import { describe, expect, it, vi } from "vitest";
import { useServer } from "./server-fixture.js";

const fixture = useServer();
const post = async (app: FastifyInstance, url: string, payload: object) => {
  const reply = await app.inject({ method: "POST", url, payload });
  return { status: reply.statusCode, ...reply.json() };
};

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
    expect(readdirSync(dataFolder).length).toBe(2);
    expect(storedIn(dataFolder)).toEqual([expect.stringMatching(/^[0-9a-f-]{36}\.sqlite$/)]);

    const again = await fixture.server({ dataFolder });
    expect(await post(again, "/v1/databases/pets/query", { sql })).toMatchObject({ rows: [[7]] });
    expect((await again.inject({ method: "DELETE", url: "/v1/databases/pets" })).json()).toEqual({
      ...{ name: "pets", deleted: true },
    });
    expect(readdirSync(dataFolder)).toEqual(["databases.json"]);
    expect((await again.inject("/v1/databases/pets")).statusCode).toBe(404);
  });

  it("stores a database in WAL mode so that nothing is ever written beside it", async () => {
    const dataFolder = join(fixture.folder, "wal");
    const source = join(fixture.folder, "wal.sqlite");
    const writer = new Database(source);
    writer.pragma("journal_mode = WAL");
    writer.exec("CREATE TABLE pet (id INT); INSERT INTO pet VALUES (7)");
    writer.close();
    const bytes = readFileSync(source);
    expect([bytes[18], bytes[19]]).toEqual([2, 2]);
    const app = await fixture.server({ dataFolder, databases: { registered: source } });
    expect((await put(app, "pets", bytes)).statusCode).toBe(201);
    for (const name of ["pets", "registered"]) {
      expect(await post(app, `/v1/databases/${name}/query`, { sql: "SELECT id FROM pet" })).toMatchObject({
        rows: [[7]],
      });
      const written = await post(app, `/v1/databases/${name}/query`, { sql: "INSERT INTO pet VALUES (8)" });
      expect(written).toMatchObject({ status: 400, error: { code: "not_readonly" } });
    }
    expect(readdirSync(dataFolder).length).toBe(2);
    const kept = readFileSync(join(dataFolder, storedIn(dataFolder)[0]!));
    expect([kept[18], kept[19], kept.length]).toEqual([1, 1, bytes.length]);
    expect(readFileSync(source).equals(bytes)).toBe(true);
    expect(readdirSync(fixture.folder).filter((name) => name.startsWith("wal.sqlite"))).toEqual(["wal.sqlite"]);
  });

  it.skipIf(!existsSync("/proc/self/fd"))("gives the space of a deleted one back at once", async () => {
    const dataFolder = join(fixture.folder, "space");
    const app = await fixture.server({ dataFolder });
    const rows = Array.from({ length: 200 }, (_, i) => `(${i}, '${"x".repeat(500)}')`).join(",");
    await put(app, "pets", bytesOf(`CREATE TABLE pet (id INT, name TEXT); INSERT INTO pet VALUES ${rows}`));
    // In as many processes as there may be.
    const sql = "SELECT count(*) FROM pet a, pet b, pet c WHERE a.id > b.id";
    await Promise.all([1, 2, 3, 4].map(() => post(app, "/v1/databases/pets/query", { sql })));
    expect(openFilesOf(dataFolder).length).toBeGreaterThan(0);
    await app.inject({ method: "DELETE", url: "/v1/databases/pets" });
    await vi.waitFor(() => expect(openFilesOf(dataFolder)).toEqual([]));
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

const storedIn = (folder: string) => readdirSync(folder).filter((name) => name !== "databases.json");

/** What this process and its children have open in a folder, deleted files too (Linux). */
function openFilesOf(folder: string): string[] {
  const children = readdirSync("/proc").filter((pid) => /^\d+$/.test(pid) && isOurs(pid));
  return children.flatMap((pid) => linksOf(`/proc/${pid}/fd`)).filter((path) => path.startsWith(folder));
}

function isOurs(pid: string): boolean {
  try {
    const status = readFileSync(`/proc/${pid}/status`, "utf8");
    return pid === String(process.pid) || status.includes(`\nPPid:\t${process.pid}\n`);
  } catch {
    return false;
  }
}

function linksOf(folder: string): string[] {
  try {
    return readdirSync(folder).flatMap((name) => {
      try {
        return [readlinkSync(join(folder, name))];
      } catch {
        return [];
      }
    });
  } catch {
    return [];
  }
}
