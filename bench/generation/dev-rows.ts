import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Question } from "../../src/infer/index.js";
import { type SpiderTablesEntry, schemaFromSpiderTables } from "../../src/schema/index.js";

const read = (folder: string, file: string): unknown => JSON.parse(readFileSync(join(folder, file), "utf8"));

interface DevRow {
  question: string;
  db_id: string;
}

/** All questions of Spider's dev set with their schemas, in the file's order. */
export function devQuestions(spider: string): Question[] {
  const schemas = new Map(
    (read(spider, "tables.json") as SpiderTablesEntry[]).map((entry) => [entry.db_id, schemaFromSpiderTables(entry)]),
  );
  return (read(spider, "dev.json") as DevRow[]).map(({ question, db_id }) => ({
    question,
    schema: schemas.get(db_id)!,
  }));
}

/**
 * `count` of `total` rows: runs of neighbours (of one database, as they stand in dev.json) spread evenly over the file,
 * so that questions share schemas as they do in the whole.
 */
export function spreadRows(total: number, count: number, run = 16): number[] {
  if (count >= total) return Array.from({ length: total }, (_, i) => i);
  const runs = Math.ceil(count / run);
  if (runs * run > total) return Array.from({ length: count }, (_, i) => i);
  const rows = Array.from({ length: runs }, (_, i) => Math.floor((i * (total - run)) / Math.max(1, runs - 1)));
  return rows.flatMap((first) => Array.from({ length: run }, (_, i) => first + i)).slice(0, count);
}
