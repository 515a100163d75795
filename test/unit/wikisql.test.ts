import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Database from "better-sqlite3";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type WikiSqlQuery, type WikiSqlTable, wikiSqlTable, wikiSqlText } from "../../src/data/wikisql-sql.js";
import { createDatabasePool, type DatabasePool } from "../../src/database/index.js";
import { wikiSqlDatabaseText } from "../../src/eval/wikisql/execute-query.js";
import {
  parseWikiSqlText,
  readWikiSqlPredictions,
  readWikiSqlRows,
  sameLogicalForm,
  wikiSqlScores,
} from "../../src/eval/wikisql/index.js";
import { sharedPath } from "./data-shared.js";

const query = (sel: number, agg: number, ...conds: WikiSqlQuery["conds"]): WikiSqlQuery => ({ sel, agg, conds });

/** Tables of every shape from one seed, in the release's two forms: *.tables.jsonl and the SQLite file. */
function tablesFrom(seed: number, file: string): Map<string, WikiSqlTable> {
  let state = seed;
  const random = (n: number): number => {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0;
    return (state >>> 16) % n;
  };
  const db = new Database(file);
  const tables = new Map<string, WikiSqlTable>();
  for (let i = 0; i < 20; i++) {
    const id = `2-${1000 + i}-${i}`;
    const width = 2 + random(5);
    const types = Array.from({ length: width }, () => (random(2) ? "real" : "text"));
    const header = types.map(
      (type, c) =>
        ["Year", "Pick #", "Select", "No. of seats", "order", "col 3", "É"][(c + i) % 7]! +
        (type === "real" && c > 6 ? c : ""),
    );
    tables.set(id, { id, header, types });
    const name = `table_${id.replaceAll("-", "_")}`;
    db.exec(`CREATE TABLE ${name} (${types.map((type, c) => `col${c} ${type}`).join(", ")})`);
    const insert = db.prepare(`INSERT INTO ${name} VALUES (${types.map(() => "?").join(", ")})`);
    for (let r = 0; r < 8; r++) {
      insert.run(
        types.map((type) =>
          type === "real" ? [1, 2.5, 1200, null][random(4)] : ["ann", "butler cc (ks)", "o'hara", "1,200"][random(4)],
        ),
      );
    }
  }
  db.close();
  return tables;
}

let folder: string;
let database: string;
let tables: Map<string, WikiSqlTable>;
let pool: DatabasePool;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "sqltune-wikisql-"));
  database = join(folder, "dev.db");
  tables = tablesFrom(7, database);
  pool = createDatabasePool({ size: 1 });
});

afterAll(async () => {
  await pool.close();
  await rm(folder, { recursive: true });
});

/** Queries of every aggregate and operator about every table, with values in many spellings. */
function queriesOf(table: WikiSqlTable): WikiSqlQuery[] {
  const values: (string | number)[] = ["Ann", "1,200", "2.5", "o'Hara", 1, "in 1200 or so"];
  return table.types.flatMap((type, sel) =>
    [0, 1, 2, 3, 4, 5].map((agg) => {
      const column = (sel + agg) % table.types.length;
      const fits = values.filter((value) => table.types[column] !== "real" || /\d/.test(String(value)));
      return query(
        sel,
        agg,
        ...(agg === 5 && type === "text"
          ? []
          : [[column, agg % 3, fits[(sel + agg) % fits.length]!] as [number, number, string | number]]),
      );
    }),
  );
}

describe("logical form", () => {
  const gold = query(3, 0, [5, 0, "Butler CC (KS)"], [1, 1, "3"]);
  test.each<[string, WikiSqlQuery, { set: boolean; list: boolean }]>([
    ["itself", gold, { set: true, list: true }],
    ["conditions in another order", query(3, 0, [1, 1, "3"], [5, 0, "Butler CC (KS)"]), { set: true, list: false }],
    ["a condition twice", query(3, 0, [5, 0, "butler cc (ks)"], [1, 1, "3"], [1, 1, "3"]), { set: true, list: false }],
    ["a number for its text", query(3, 0, [5, 0, "BUTLER CC (KS)"], [1, 1, 3]), { set: true, list: true }],
    ["another operator", query(3, 0, [5, 0, "Butler CC (KS)"], [1, 2, "3"]), { set: false, list: false }],
    ["a condition too few", query(3, 0, [5, 0, "Butler CC (KS)"]), { set: false, list: false }],
    ["another aggregate", { ...gold, agg: 3 }, { set: false, list: false }],
    ["another column", { ...gold, sel: 2 }, { set: false, list: false }],
  ])("%s", (_, predicted, { set, list }) => {
    expect(sameLogicalForm(gold, predicted)).toBe(set);
    expect(sameLogicalForm(gold, predicted, true)).toBe(list);
  });
});

describe("SQL text", () => {
  const table = wikiSqlTable({
    id: "1-1-1",
    header: ["Player", "No.", "Select", "Years in x"],
    types: ["text", "real", "text", "text"],
  });
  test.each<[string, WikiSqlQuery | null]>([
    ['select count("No.") from "table" where Player = \'A\' and "no." > 3;', query(1, 3, [0, 0, "A"], [1, 1, "3"])],
    ["SELECT `Years in x` FROM t", query(3, 0)],
    ["SELECT t.[Select] FROM t -- all", query(2, 0)],
    [
      "SELECT MAX(col1) FROM table_1_1_1 WHERE col0 = 'it''s' AND col1 < -2.5",
      query(1, 1, [0, 0, "it's"], [1, 2, "-2.5"]),
    ],
    ['SELECT Player FROM t WHERE Player = "B C"', query(0, 0, [0, 0, "B C"])],
    ["SELECT Player, col1 FROM t", null],
    ["SELECT Height FROM t", null],
    ["SELECT Player FROM t WHERE col1 >= 3", null],
    ["SELECT Player FROM t WHERE col1 = 3 OR col1 = 4", null],
    ["SELECT Player FROM t ORDER BY Player", null],
    ["nonsense", null],
  ])("%s", (sql, expected) => {
    expect(parseWikiSqlText(sql, table)).toEqual(expected);
  });

  test("what is written is read back", () => {
    let read = 0;
    for (const each of tables.values()) {
      const schema = wikiSqlTable(each);
      for (const gold of queriesOf(each)) {
        const text = wikiSqlText(gold, schema) as { sql: string };
        const back = parseWikiSqlText(text.sql, schema)!;
        expect(back, text.sql).toMatchObject({ sel: gold.sel, agg: gold.agg });
        expect(back.conds.map(([c, op, v]) => [c, op, String(v).replace(",", "")])).toEqual(
          gold.conds.map(([c, op, v]) => [c, op, String(v).replace(",", "")]),
        );
        read++;
      }
    }
    expect(read).toBeGreaterThan(300);
  });
});

describe("execution", () => {
  test("values become what the official engine binds", () => {
    const types = ["text", "real"];
    const sql = (...conds: WikiSqlQuery["conds"]) => wikiSqlDatabaseText("1-10-2", query(0, 0, ...conds), types);
    expect(sql([0, 0, "O'Hara"])).toBe("SELECT col0 AS result FROM table_1_10_2 WHERE col0 = 'o''hara'");
    expect(sql([1, 1, "1,200"], [1, 2, "about 7.5"])).toBe(
      "SELECT col0 AS result FROM table_1_10_2 WHERE col1 > 7.5 AND col1 < 7.5",
    );
    expect(sql([1, 0, "3"])).toMatch(/col1 = 3\.0$/);
    for (const wrong of [sql([1, 0, "none"]), sql([2, 0, "x"]), sql([0, 3, "x"])]) expect(wrong).toBeNull();
  });

  test("equal lists are right, in order; a query that cannot run is wrong", async () => {
    const rows = [...tables.values()].flatMap((table) =>
      queriesOf(table).map((sql) => ({ table_id: table.id, question: "?", sql })),
    );
    const same = await wikiSqlScores(
      rows,
      rows.map(({ sql }) => ({ query: sql })),
      { tables, database, pool },
    );
    expect(same.summary).toEqual({ questions: rows.length, lf_accuracy: 1, ex_accuracy: 1, ex_judged: rows.length });
    const asSql = rows.map(
      ({ table_id, sql }) => wikiSqlText(sql, wikiSqlTable(tables.get(table_id)!)) as { sql: string },
    );
    const bySql = await wikiSqlScores(rows, asSql, { tables, database, pool });
    expect(bySql.summary.lf_accuracy).toBe(1);
    // A real column and a value in words: only the official engine finds the number in them.
    expect(bySql.summary.ex_accuracy).toBeGreaterThan(0.95);

    const reader = new Database(database, { readonly: true });
    const first = rows[0]!;
    const name = `table_${first.table_id.replaceAll("-", "_")}`;
    const list = (column: number) => JSON.stringify(reader.prepare(`SELECT col${column} FROM ${name}`).raw().all());
    const gold = { ...first, sql: query(0, 0) };
    const predictions = [{ query: query(1, 0) }, { query: query(9, 0) }, { error: "gave up" }, { sql: "SELECT 1" }];
    const { details } = await wikiSqlScores(
      predictions.map(() => gold),
      predictions,
      { tables, database, pool },
    );
    expect(details.map(({ ex }) => ex)).toEqual([list(0) === list(1), false, false, false]);
    expect(details.map(({ lf }) => lf)).toEqual([false, false, false, false]);
    expect(details[2]!.failure).toBe("gave up");
    reader.close();
  });

  test("without a database there is no execution accuracy; a row without its table is an error", async () => {
    const [id] = tables.keys();
    const rows = [{ table_id: id!, question: "?", sql: query(0, 0) }];
    const { summary } = await wikiSqlScores(rows, [{ query: query(0, 0) }], { tables });
    expect(summary).toEqual({ questions: 1, lf_accuracy: 1, ex_accuracy: null, ex_judged: 0 });
    await expect(wikiSqlScores(rows, [], { tables })).rejects.toThrow("1 rows and 0 predictions");
    await expect(wikiSqlScores([{ ...rows[0]!, table_id: "x" }], [{ error: "" }], { tables })).rejects.toThrow(
      "table x",
    );
  });
});

describe("files", () => {
  test("2.0 is not 2, as in Python; what is no row is named", async () => {
    const path = join(folder, "predictions.jsonl");
    await writeFile(
      path,
      '{"query": {"sel": 1, "agg": 0, "conds": [[0, 1, 2.0], [1, 0, "a 1.50"], [2, 0, 1e3]]}}\n{"error": "no"}\n{"sql": "SELECT 1"}\n',
    );
    expect(await readWikiSqlPredictions(path)).toEqual([
      { query: query(1, 0, [0, 1, "2.0"], [1, 0, "a 1.50"], [2, 0, "1000.0"]) },
      { error: "no" },
      { sql: "SELECT 1" },
    ]);
    await writeFile(path, '{"query": {"sel": 1, "agg": 0, "conds": []}}\n{"query": 3}\n');
    await expect(readWikiSqlPredictions(path)).rejects.toThrow(`${path}:2 is "{"query": 3}"; expected {"query"`);
  });

  const dev = sharedPath("data/wikisql/dev.jsonl");
  if (dev === null) process.stderr.write("SKIPPED: WikiSQL's dev.jsonl is absent\n");
  test.skipIf(dev === null)("WikiSQL's dev has 8,421 rows, each its own logical form", async () => {
    const rows = await readWikiSqlRows(dev!);
    expect(rows).toHaveLength(8421);
    expect(rows.every(({ sql }) => sameLogicalForm(sql, { ...sql, conds: [...sql.conds].reverse() }))).toBe(true);
  });
});
