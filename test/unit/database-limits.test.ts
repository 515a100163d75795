import { randomBytes } from "node:crypto";
import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import Database from "better-sqlite3";
import { describe, expect, test } from "vitest";
import { createDatabasePool } from "../../src/database/index.js";
import { failed, useShop } from "./database-shop.js";

const shop = useShop();

describe("what runs away is stopped, and the next query runs", () => {
  const next = async (): Promise<void> => {
    const result = await shop.pool.query(shop.file, "SELECT count(*) FROM wide");
    expect(result).toMatchObject({ ok: true, rows: [[1000]] });
  };

  test("a product of five tables", async () => {
    const sql = "SELECT count(*) FROM wide a, wide b, wide c, wide d, wide e";
    expect(failed(await shop.pool.query(shop.file, sql, { timeoutMs: 300 }))).toEqual({
      ok: false,
      kind: "timeout",
      error: "no answer within 0.3 s",
    });
    await next();
  });

  test("a recursive query without end", async () => {
    const sql = "WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c) SELECT max(x) FROM c";
    expect(failed(await shop.pool.query(shop.file, sql, { timeoutMs: 300 })).kind).toBe("timeout");
    await next();
  });

  test("a gigabyte in one value", async () => {
    const sql = "SELECT length(hex(randomblob(400000000)))";
    expect(failed(await shop.pool.query(shop.file, sql)).kind).toBe("memory");
    await next();
    expect(failed(await shop.pool.query(shop.file, "SELECT randomblob(2000000000)")).kind).toBe("too_large");
    await next();
  });

  test("a set of rows that grows in memory", async () => {
    const sql =
      "WITH RECURSIVE c(x, y) AS (SELECT 1, printf('%0500d', 1) UNION SELECT x + 1, y FROM c) SELECT count(*) FROM c";
    expect(failed(await shop.pool.query(shop.file, sql)).kind).toBe("memory");
    await next();
  });

  test("ten megabytes of SQL, and just under the limit", async () => {
    expect(failed(await shop.pool.query(shop.file, `SELECT ${"1+".repeat(5_000_000)}1`)).kind).toBe("too_large");
    expect(failed(await shop.pool.query(shop.file, `SELECT ${"1+".repeat(400_000)}1`)).kind).toBe("error");
    expect(failed(await shop.pool.query(shop.file, `${" ".repeat(900_000)}DROP TABLE item`)).kind).toBe("not_readonly");
    expect(failed(await shop.pool.query(shop.file, `SELECT ${"(".repeat(900_000)}`)).kind).toBe("error");
    await next();
  });

  test("abort stops a running and a waiting query", async () => {
    await using one = createDatabasePool({ size: 1 });
    const controller = new AbortController();
    const running = one.query(shop.file, "SELECT count(*) FROM wide a, wide b, wide c, wide d, wide e", {
      signal: controller.signal,
    });
    const waiting = one.query(shop.file, "SELECT 1", { signal: controller.signal });
    const unaffected = one.query(shop.file, "SELECT 2");
    setTimeout(() => controller.abort(), 50);
    const [first, second] = await Promise.allSettled([running, waiting]);
    expect(first).toMatchObject({ status: "rejected", reason: { name: "AbortError" } });
    expect(second).toMatchObject({ status: "rejected", reason: { name: "AbortError" } });
    expect(await unaffected).toMatchObject({ ok: true, rows: [[2]] });
    await expect(one.query(shop.file, "SELECT 1", { signal: controller.signal })).rejects.toThrow("aborted");
  });
});

describe("files", () => {
  test("absent, damaged, no database, and a folder", async () => {
    expect(failed(await shop.pool.query(join(shop.folder, "none.sqlite"), "SELECT 1")).kind).toBe("missing_database");
    const noise = join(shop.folder, "noise.sqlite");
    await writeFile(noise, randomBytes(9000));
    expect(failed(await shop.pool.query(noise, "SELECT * FROM item")).kind).toBe("corrupt_database");
    expect(failed(await shop.pool.query(shop.folder, "SELECT 1")).kind).toBe("missing_database");
  });

  test("a file put in the place of another is read anew", async () => {
    const path = join(shop.folder, "swapped.sqlite");
    const make = async (value: number): Promise<void> => {
      await rm(path, { force: true });
      const db = new Database(path);
      db.exec(`CREATE TABLE t AS SELECT ${value} AS v`);
      db.close();
    };
    await using one = createDatabasePool({ size: 1 });
    await make(1);
    expect(await one.query(path, "SELECT v FROM t")).toMatchObject({ rows: [[1]] });
    // Kept beside it, so that the new file cannot get the old one's inode.
    await writeFile(join(shop.folder, "keeper"), "");
    await make(2);
    expect(await one.query(path, "SELECT v FROM t")).toMatchObject({ rows: [[2]] });
  });

  test("more databases than are kept open", async () => {
    await using one = createDatabasePool({ size: 1 });
    const paths = Array.from({ length: 40 }, (_, i) => join(shop.folder, `many-${i}.sqlite`));
    for (const [i, path] of paths.entries()) {
      const db = new Database(path);
      db.exec(`CREATE TABLE t AS SELECT ${i} AS v`);
      db.close();
    }
    for (const round of [0, 1]) {
      for (const [i, path] of paths.entries()) {
        expect(await one.query(path, `SELECT v, ${round} FROM t`)).toMatchObject({ rows: [[i, round]] });
      }
    }
  });
});
