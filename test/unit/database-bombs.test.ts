import { chmod, mkdir, readdir, symlink, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import Database from "better-sqlite3";
import { describe, expect, test } from "vitest";
import { failed, useShop } from "./database-shop.js";

const shop = useShop();

/** The query's failure, and proof that the next one runs. */
const afterwards = async (sql: string, options = {}): Promise<string> => {
  const { kind } = failed(await shop.pool.query(shop.file, sql, options));
  expect(await shop.pool.query(shop.file, "SELECT count(*) FROM wide")).toMatchObject({ ok: true, rows: [[1000]] });
  return kind;
};

describe("SQL made to exhaust something", () => {
  test.each([
    ["a billion random bytes", "SELECT randomblob(1000000000) FROM wide", "too_large"],
    ["a billion zeros, read", "SELECT hex(zeroblob(400000000))", "memory"],
    ["a billion characters by format", "SELECT printf('%.*c', 900000000, 'x')", "memory"],
    [
      "one text replaced again and again",
      `SELECT ${"replace(".repeat(5)}'aaaaaaaaaa'${", 'a', 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa')".repeat(5)}`,
      "memory",
    ],
    [
      "a concatenation that doubles",
      `WITH RECURSIVE c(x) AS (SELECT 'xxxxxxxx' UNION ALL SELECT x || x FROM c) SELECT length(x) FROM c`,
      "memory",
    ],
    ["more than a value may hold", "SELECT zeroblob(2000000000)", "too_large"],
    ["parentheses without end", `SELECT ${"(".repeat(50_000)}1${")".repeat(50_000)}`, "error"],
    ["a nested query in a nested query", `SELECT ${"(SELECT ".repeat(2000)}1${")".repeat(2000)}`, "error"],
    ["terms without end", `SELECT 1${" OR 1".repeat(100_000)}`, "error"],
    ["more columns than there may be", `SELECT ${"1,".repeat(100_000)}1`, "error"],
    ["more UNIONs than there may be", `SELECT 1${" UNION SELECT 1".repeat(5000)}`, "error"],
    ["a null character", "SELECT 1\0; DROP TABLE item", "error"],
  ])("%s", async (_, sql, kind) => {
    expect(await afterwards(sql)).toBe(kind);
  });

  test.each([
    ["LIKE", "%"],
    ["GLOB", "*"],
  ])("a %s that nearly fits everywhere", async (operator, any) => {
    const sql = `SELECT printf('%.*c', 5000000, 'a') ${operator} '${any}' || printf('%.*c', 40000, 'a') || 'b'`;
    expect(await afterwards(sql, { timeoutMs: 400 })).toBe("timeout");
  });

  test("sorting and grouping a product", async () => {
    const sql = "SELECT a.n, count(*) FROM wide a, wide b, wide c GROUP BY a.n * b.n * c.n ORDER BY random()";
    expect(["timeout", "memory"]).toContain(await afterwards(sql, { timeoutMs: 1000 }));
  });
});

describe("files", () => {
  const make = (path: string, sql: string): void => {
    const db = new Database(path);
    db.exec(sql);
    db.close();
  };

  test("an encrypted one, an empty one, one cut short, a link and one that leads nowhere", async () => {
    const path = (name: string) => join(shop.folder, name);
    await writeFile(path("encrypted.sqlite"), Buffer.alloc(8192, 0xa7));
    expect(failed(await shop.pool.query(path("encrypted.sqlite"), "SELECT * FROM t")).kind).toBe("corrupt_database");
    await writeFile(path("empty.sqlite"), "");
    expect(failed(await shop.pool.query(path("empty.sqlite"), "SELECT * FROM t"))).toMatchObject({
      kind: "error",
      error: "no such table: t",
    });
    make(
      path("cut.sqlite"),
      "CREATE TABLE t AS WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c LIMIT 9000) SELECT x FROM c",
    );
    await truncate(path("cut.sqlite"), 9000);
    expect(failed(await shop.pool.query(path("cut.sqlite"), "SELECT sum(x) FROM t")).kind).toBe("corrupt_database");
    await symlink(shop.file, path("link.sqlite"));
    expect(await shop.pool.query(path("link.sqlite"), "SELECT count(*) FROM wide")).toMatchObject({ rows: [[1000]] });
    await symlink(path("nowhere"), path("dangling.sqlite"));
    await symlink(path("circle.sqlite"), path("circle.sqlite"));
    for (const name of ["dangling.sqlite", "circle.sqlite"]) {
      expect(failed(await shop.pool.query(path(name), "SELECT 1")).kind).toBe("missing_database");
    }
  });

  test("a database in WAL mode is read without a trace beside it, from a read-only folder too", async () => {
    const folder = join(shop.folder, "wal");
    await mkdir(folder);
    const file = join(folder, "w.sqlite");
    make(file, "PRAGMA journal_mode = WAL; CREATE TABLE t (v); INSERT INTO t VALUES (1)");
    await chmod(folder, 0o555);
    expect(await shop.pool.query(file, "SELECT v FROM t")).toMatchObject({ ok: true, rows: [[1]] });
    expect(await readdir(folder)).toEqual(["w.sqlite"]);
    await chmod(folder, 0o755);
    const writer = new Database(file);
    writer.exec("INSERT INTO t VALUES (2)");
    expect(await shop.pool.query(file, "SELECT v FROM t")).toMatchObject({ ok: true, rows: [[1], [2]] });
    writer.close();
    expect(await shop.pool.query(file, "SELECT max(v) FROM t")).toMatchObject({ ok: true, rows: [[2]] });
  });

  test("a path of a scheme is a path", async () => {
    expect(failed(await shop.pool.query(`file:${shop.file}`, "SELECT 1")).kind).toBe("missing_database");
  });
});
