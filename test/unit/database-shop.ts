import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Database from "better-sqlite3";
import { afterAll, beforeAll } from "vitest";
import { createDatabasePool, type DatabasePool, type QueryResult } from "../../src/database/index.js";

export interface Shop {
  folder: string;
  /** A database with tables item (3 rows of every type) and wide (n: 1 to 1000). */
  file: string;
  pool: DatabasePool;
}

/** A small database and a pool of two processes, made before the tests of a file and removed after them. */
export function useShop(): Shop {
  const shop = {} as Shop;
  beforeAll(async () => {
    shop.folder = await mkdtemp(join(tmpdir(), "sqltune-database-"));
    shop.file = join(shop.folder, "shop.sqlite");
    const db = new Database(shop.file);
    db.exec(`
      CREATE TABLE item (id INTEGER PRIMARY KEY, name TEXT, price REAL, big INTEGER, raw BLOB);
      INSERT INTO item VALUES (1, 'lamp', 9.5, 9007199254740993, x'00ff10'), (2, 'chair', 20.0, -9223372036854775808, NULL);
      INSERT INTO item (id, name) VALUES (3, CAST(x'66c3286f' AS TEXT));
      CREATE TABLE wide (n INTEGER);
      INSERT INTO wide WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c LIMIT 1000) SELECT x FROM c;
    `);
    db.close();
    shop.pool = createDatabasePool({ size: 2, timeoutMs: 10_000, memoryMb: 300 });
  });
  afterAll(async () => {
    await shop.pool.close();
    await rm(shop.folder, { recursive: true });
  });
  return shop;
}

/** The failure of a result, or what it gave against expectation. */
export function failed(result: QueryResult): { kind: string; error: string } {
  if (!result.ok) return result;
  return { kind: "ok", error: JSON.stringify(result.rows, (_, v) => (typeof v === "bigint" ? `${v}n` : v)) };
}
