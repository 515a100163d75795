import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { PackedBatch } from "../../src/native/types.js";
import type { Tokenizer } from "../../src/tokenizer/types.js";

/** A Spider row as token ids: the schema that its group shares, and its own question and labelled answer. */
export interface SpiderRow {
  schema: number[];
  question: number[];
  answer: number[];
}

interface SpiderTables {
  db_id: string;
  table_names_original: string[];
  column_names_original: [number, string][];
}

/**
 * Groups of `groupSize` rows of Spider train on one database each, taken from the databases with the shortest schemas
 * in turn, so that the Python side stays quick.
 */
export function spiderGroups(
  shared: string,
  tokenizer: Tokenizer,
  options: { groups: number; groupSize: number; databases: number },
): SpiderRow[][] {
  const folder = join(shared, "data/spider");
  const rows = JSON.parse(readFileSync(join(folder, "train_spider.json"), "utf8")) as {
    question: string;
    query: string;
    db_id: string;
  }[];
  const encode = (text: string) => [...tokenizer.encode(text)];
  const schemas = (JSON.parse(readFileSync(join(folder, "tables.json"), "utf8")) as SpiderTables[])
    .map((db) => ({ id: db.db_id, schema: encode(`<|im_start|>user\n${schemaText(db)}\n`) }))
    .map((db) => ({ ...db, rows: rows.filter((row) => row.db_id === db.id) }))
    .filter((db) => db.rows.length >= (options.groups / options.databases) * options.groupSize)
    .sort((a, b) => a.schema.length - b.schema.length)
    .slice(0, options.databases);
  return Array.from({ length: options.groups }, (_, group) => {
    const db = schemas[group % schemas.length]!;
    const start = Math.floor(group / schemas.length) * options.groupSize;
    return db.rows.slice(start, start + options.groupSize).map((row) => ({
      schema: db.schema,
      question: encode(`${row.question}<|im_end|>\n<|im_start|>assistant\n`),
      answer: encode(`${row.query}<|im_end|>`),
    }));
  });
}

function schemaText(db: SpiderTables): string {
  return db.table_names_original
    .map((table, i) => {
      const columns = db.column_names_original.filter(([of]) => of === i).map(([, name]) => name);
      return `${table}(${columns.join(", ")})`;
    })
    .join("\n");
}

/** The rows one by one, as the Python side reads them. */
export function plainRows(groups: SpiderRow[][]): { ids: number[]; labels: number[] }[] {
  return groups.flat().map((row) => {
    const prompt = [...row.schema, ...row.question];
    return { ids: [...prompt, ...row.answer], labels: [...prompt.map(() => -100), ...row.answer] };
  });
}

/** The rows with each group's schema computed once. */
export function packedRows(groups: SpiderRow[][]): PackedBatch {
  const unlabelled = (ids: number[]) => ids.map(() => -100);
  const tokens = groups.flatMap((rows) => [...rows[0]!.schema, ...rows.flatMap((r) => [...r.question, ...r.answer])]);
  const labels = groups.flatMap((rows) => [
    ...unlabelled(rows[0]!.schema),
    ...rows.flatMap((r) => [...unlabelled(r.question), ...r.answer]),
  ]);
  return {
    tokens: Int32Array.from(tokens),
    labels: Int32Array.from(labels),
    prefixLengths: Int32Array.from(groups, (rows) => rows[0]!.schema.length),
    branchCounts: Int32Array.from(groups, (rows) => rows.length),
    branchLengths: Int32Array.from(groups.flat(), (r) => r.question.length + r.answer.length),
  };
}
