import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Database from "better-sqlite3";
import { createDatabasePool, type DatabasePool } from "../../src/database/index.js";
import type { Prediction } from "../../src/eval/index.js";

/** Two databases of one table in a folder of their own, and a pool; the caller closes the pool and removes the folder. */
export async function twoShops(): Promise<{ folder: string; pool: DatabasePool; databases: Map<string, string> }> {
  const folder = await mkdtemp(join(tmpdir(), "sqltune-eval-"));
  const databases = new Map(["shop", "zoo"].map((id) => [id, join(folder, `${id}.sqlite`)]));
  for (const file of databases.values()) {
    const db = new Database(file);
    db.exec(
      "CREATE TABLE item (name TEXT, price REAL); INSERT INTO item VALUES ('lamp', 9.5), ('chair', 20), ('rug', 20)",
    );
    db.close();
  }
  return { folder, databases, pool: createDatabasePool({ size: 1, timeoutMs: 2000 }) };
}

export function row(sql: string, predicted: string, dbId: string | null = "shop"): Prediction {
  return { id: `dev:${sql.length}`, question: "?", sql, predicted, dbId };
}
