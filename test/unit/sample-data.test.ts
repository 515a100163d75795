import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import Database from "better-sqlite3";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Split } from "../../scripts/sample-data/domain.js";
import type { Question } from "../../scripts/sample-data/questions.js";
import { readme } from "../../scripts/sample-data/readme.js";
import { makeSample, type Sample } from "../../scripts/sample-data/sample.js";
import type { SpiderTables } from "../../scripts/sample-data/spider-tables.js";

const DATA = join(import.meta.dirname, "../../data");
const SPLITS: readonly Split[] = ["train", "validation", "test"];

const read = (file: string) => readFileSync(join(DATA, file), "utf8");
const questions = Object.fromEntries(
  SPLITS.map((split) => [split, JSON.parse(read(`sample/${split}.json`)) as Question[]]),
) as Record<Split, Question[]>;
const tables = JSON.parse(read("sample/tables.json")) as SpiderTables[];
const fileOf = (id: string) => join(DATA, "sample/database", id, `${id}.sqlite`);

const files = new Map<string, Database.Database>();
beforeAll(() => {
  for (const { db_id } of tables) files.set(db_id, new Database(fileOf(db_id), { readonly: true }));
});
afterAll(() => {
  for (const db of files.values()) db.close();
});

interface Content {
  [table: string]: { sql: string; rows: unknown[][] };
}

function content(db: Database.Database): Content {
  const made = db.prepare("SELECT name, sql FROM sqlite_master WHERE type = 'table'").all() as {
    name: string;
    sql: string;
  }[];
  return Object.fromEntries(
    made.map(({ name, sql }) => [name, { sql, rows: db.prepare(`SELECT * FROM ${name}`).raw().all() as unknown[][] }]),
  );
}

describe("the committed sample is what the script makes", () => {
  let sample: Sample;
  beforeAll(() => {
    sample = makeSample();
  });

  it("questions, gold queries, tables.json and README byte for byte", () => {
    for (const split of SPLITS)
      expect(read(`sample/${split}.json`)).toBe(`${JSON.stringify(sample.questions[split], null, 1)}\n`);
    expect(read("sample/tables.json")).toBe(`${JSON.stringify(sample.tables, null, 1)}\n`);
    expect(read("sample/gold.sql")).toBe(
      sample.questions.test.map(({ query, db_id }) => `${query}\t${db_id}\n`).join(""),
    );
    expect(read("README.md")).toBe(readme(sample));
  });

  it("databases by content: another SQLite version may lay out the same rows in other bytes", () => {
    expect([...sample.databases.keys()].sort()).toEqual([...files.keys()].sort());
    for (const [id, db] of sample.databases) expect(content(files.get(id)!), id).toEqual(content(db));
  });
});

describe("the databases", () => {
  it("are many, small, and keep their foreign keys", () => {
    expect(tables.length).toBeGreaterThanOrEqual(22);
    const sizes = tables.map(({ db_id }) => statSync(fileOf(db_id)).size);
    expect(Math.max(...sizes)).toBeLessThan(60_000);
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(2_000_000);
    for (const [id, db] of files) {
      expect(db.pragma("foreign_key_check"), id).toEqual([]);
      expect(db.pragma("integrity_check", { simple: true }), id).toBe("ok");
    }
  });

  it("agree with tables.json in tables, columns, types and keys", () => {
    for (const entry of tables) {
      const db = files.get(entry.db_id)!;
      expect(Object.keys(content(db)), entry.db_id).toEqual(entry.table_names_original);
      const numbered = (table: string, column: string) =>
        entry.column_names_original.findIndex(
          ([t, name]) => t >= 0 && entry.table_names_original[t] === table && name === column,
        );
      const columns: [number, string][] = [[-1, "*"]];
      const primary: (number | number[])[] = [];
      const foreign: [number, number][] = [];
      entry.table_names_original.forEach((table, t) => {
        const info = db.pragma(`table_info(${table})`) as { name: string; type: string; pk: number }[];
        for (const { name, type } of info) {
          columns.push([t, name]);
          const spider = entry.column_types[numbered(table, name)];
          expect(type === "TEXT" ? ["text", "time"] : ["number"], `${entry.db_id}.${table}.${name}`).toContain(spider);
        }
        const keys = info.filter(({ pk }) => pk > 0).sort((a, b) => a.pk - b.pk);
        const numbers = keys.map(({ name }) => numbered(table, name));
        primary.push(numbers.length === 1 ? numbers[0]! : numbers);
        const references = db.pragma(`foreign_key_list(${table})`) as { table: string; from: string; to: string }[];
        for (const reference of references)
          foreign.push([numbered(table, reference.from), numbered(reference.table, reference.to)]);
      });
      expect(entry.column_names_original).toEqual(columns);
      expect(entry.primary_keys).toEqual(primary);
      expect([...entry.foreign_keys].sort()).toEqual(foreign.sort());
      expect(entry.column_types).toHaveLength(columns.length);
      expect(entry.column_names).toHaveLength(columns.length);
      expect(entry.table_names).toHaveLength(entry.table_names_original.length);
    }
  });
});

/** The same rows, stored last first and without keys: what depends on the storage order shows. */
function reversed(db: Database.Database): Database.Database {
  const copy = new Database(":memory:");
  for (const [name, { rows }] of Object.entries(content(db))) {
    const columns = (db.pragma(`table_info(${name})`) as { name: string; type: string }[]).map(
      (c) => `${c.name} ${c.type}`,
    );
    copy.exec(`CREATE TABLE ${name} (${columns.join(", ")})`);
    const insert = copy.prepare(`INSERT INTO ${name} VALUES (${columns.map(() => "?").join(", ")})`);
    for (const row of rows.toReversed()) insert.run(row);
  }
  return copy;
}

describe("the gold queries", () => {
  it("run, and give an answer that is neither empty nor null nor a count of nothing", () => {
    for (const { query, db_id } of SPLITS.flatMap((split) => questions[split])) {
      const rows = files.get(db_id)!.prepare(query).raw().all() as unknown[][];
      expect(rows.length, query).toBeGreaterThan(0);
      expect(rows.length, query).toBeLessThanOrEqual(70);
      expect(
        rows.flat().some((value) => value !== null && value !== 0),
        query,
      ).toBe(true);
      expect(query).not.toMatch(/;|"/);
    }
  });

  it("give the same answer however the rows are stored: no tie decides", () => {
    const copies = new Map([...files].map(([id, db]) => [id, reversed(db)]));
    for (const { query, db_id } of SPLITS.flatMap((split) => questions[split])) {
      const answers = [files.get(db_id)!, copies.get(db_id)!].map((db) => {
        const rows = (db.prepare(query).raw().all() as unknown[][]).map((row) => JSON.stringify(row));
        return query.includes("ORDER BY") ? rows : rows.sort();
      });
      expect(answers[1], query).toEqual(answers[0]);
    }
  });

  it("cover what SQL offers, in training and in the test", () => {
    const forms = [
      / JOIN /,
      / JOIN .* JOIN /,
      /GROUP BY/,
      /HAVING/,
      /ORDER BY/,
      /LIMIT 1$/,
      /LIMIT [2-9]/,
      /DISTINCT/,
      /BETWEEN/,
      /LIKE/,
      / IN \('/,
      / IN \(SELECT/,
      /NOT IN \(SELECT/,
      /[<>] \(SELECT AVG/,
      /IS NULL/,
      / AND /,
      / OR /,
      /UNION/,
      /INTERSECT/,
      /EXCEPT/,
      /COUNT\(\*\)/,
      /SUM\(/,
      /AVG\(/,
      /MIN\(/,
      /MAX\(/,
    ];
    for (const split of ["train", "test"] as const) {
      for (const form of forms)
        expect(
          questions[split].some(({ query }) => form.test(query)),
          `${split} ${form}`,
        ).toBe(true);
    }
  });
});
