import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  componentSummary,
  ExactSetMatch,
  type OfficialSchemas,
  type OfficialVerdict,
  readOfficialSchemas,
  tablesOfSchema,
} from "../../src/eval/official/index.js";
import { COMPONENTS } from "../../src/eval/verdicts.js";
import { parseSchema } from "../../src/schema/index.js";
import { cases, olderCases, tables } from "./spider-exact-match-cases.js";

let folder: string;
let schemas: OfficialSchemas;

async function tablesFile(name: string, text: string): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, text);
  return path;
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "sqltune-official-"));
  schemas = await readOfficialSchemas(await tablesFile("tables.json", JSON.stringify(tables)));
});

afterAll(() => rm(folder, { recursive: true }));

function rowsOf(text: string): { gold: string; predicted: string; hardness: string; verdict: string }[] {
  let [gold, hardness] = ["", ""];
  return text.split("\n").flatMap((line) => {
    if (line.startsWith("  ")) {
      const [predicted = "", verdict = ""] = line.slice(2).split(" => ");
      return [{ gold, predicted, hardness, verdict }];
    }
    [, gold = "", hardness = ""] = /^(.*) {2}\[(\w+)\]$/.exec(line) ?? [];
    return [];
  });
}

function verdictOf({ em, parsed, partial }: OfficialVerdict): string {
  if (em) return "equal";
  if (!parsed) return "unparsed";
  return COMPONENTS.filter((component) => partial[component].f1 !== 1).join(", ") || "tables";
}

describe("verdicts of the official script", () => {
  test.each(rowsOf(cases))("$gold | $predicted", ({ gold, predicted, hardness, verdict }) => {
    const judged = new ExactSetMatch(schemas).judge({ gold, predicted, dbId: "shop" });
    expect(verdictOf(judged)).toBe(verdict);
    expect(judged.hardness).toBe(hardness);
    expect(judged.scriptError).toBeNull();
  });

  test("the older script, where it differs and everywhere else", () => {
    const judge = new ExactSetMatch(schemas, { script: "spider" });
    const different = new Map(rowsOf(olderCases).map((row) => [row.gold + row.predicted, row.verdict]));
    expect(different.size).toBe(4);
    for (const { gold, predicted, verdict } of rowsOf(cases)) {
      const judged = judge.judge({ gold, predicted, dbId: "shop" });
      expect(verdictOf(judged), predicted).toBe(different.get(gold + predicted) ?? verdict);
    }
  });
});

describe("where the official script stops", () => {
  const judge = (): ExactSetMatch => new ExactSetMatch(schemas);

  test.each([
    "SELECT name FROM customer WHERE name = 'O''Hara'",
    "SELECT name FROM customer WHERE age IS NULL",
    "SELECT name FROM customer WHERE NOT age > 1",
    "SELECT name FROM customer WHERE age > 1 city = 'a' AND id = 1",
    "SELECT name FROM customer WHERE city = 'a' age IN (SELECT stars FROM review)",
  ])("gold %s", (gold) => {
    const predicted = "SELECT name FROM customer";
    expect(() => judge().judge({ gold, predicted, dbId: "shop" })).toThrow(
      /^The gold query of database shop cannot be judged by exact set match: Spider's parser says ".+"\. Expected .*found: SELECT/,
    );
    expect(() => judge().hardness(gold, "shop")).toThrow(
      expect.objectContaining({ details: { code: "ERR_GOLD", cause: expect.any(Error) } }),
    );
  });

  // ValueError "not enough values to unpack", TypeError "unhashable type: 'dict'", outside the script's try.
  test.each([
    ["SELECT name FROM customer WHERE city = 'a' age > 3 AND id = 1", "'and' stands where a condition was expected"],
    ["SELECT name FROM customer WHERE city = 'a' age IN (SELECT stars FROM review)", "unhashable type: 'dict'"],
  ])("prediction %s", (predicted, scriptError) => {
    const gold = "SELECT name FROM customer WHERE city = 'a'";
    const verdict = judge().judge({ gold, predicted, dbId: "shop" });
    expect(verdict).toMatchObject({ em: false, parsed: true, hardness: "easy", scriptError });
    const { partial } = judge().judge({ gold, predicted: "no query", dbId: "shop" });
    expect(verdict.partial).toEqual(partial);
  });

  test("two different subqueries in FROM, which Python cannot sort", () => {
    const nested = "SELECT count(*) FROM (SELECT name FROM customer) (SELECT e FROM product)";
    const verdict = judge().judge({ gold: nested, predicted: nested, dbId: "shop" });
    expect(verdict).toMatchObject({ em: true, scriptError: expect.stringContaining("'<' not supported") });
  });

  test("an unknown database", () => {
    expect(() => judge().judge({ gold: "SELECT 1", predicted: "", dbId: "zoo" })).toThrow(
      "The tables file has no database zoo (it has 1). Give the tables.json that belongs to the gold file.",
    );
  });
});

test("Python's limit of 1000 calls inside each other", () => {
  const judge = new ExactSetMatch(schemas);
  const parsed = (predicted: string): boolean =>
    judge.judge({ gold: "SELECT name FROM customer", predicted, dbId: "shop" }).parsed;
  const union = (n: number): string => Array(n).fill("SELECT name FROM customer").join(" UNION ");
  const where = (n: number): string =>
    `${"SELECT name FROM customer WHERE age IN (".repeat(n)}SELECT age FROM customer${")".repeat(n)}`;
  expect([union(992), union(993), where(247), where(248)].map(parsed)).toEqual([true, false, true, false]);
});

test("the database's own names go before those of tables.json, whose foreign keys stay", () => {
  const own = parseSchema(
    "CREATE TABLE Orders (customer_id INT, note TEXT); CREATE TABLE Customer (ID INT, name TEXT);",
  );
  const judge = new ExactSetMatch(schemas, { tablesOf: (id) => (id === "shop" ? tablesOfSchema(own) : undefined) });
  const judged = (gold: string, predicted: string): string => verdictOf(judge.judge({ gold, predicted, dbId: "shop" }));
  expect(judged("SELECT note FROM orders", "SELECT total FROM orders")).toBe("unparsed");
  const joined = "FROM customer AS T1 JOIN orders AS T2 ON T1.id = T2.customer_id";
  expect(judged(`SELECT T1.id ${joined}`, `SELECT T2.customer_id ${joined}`)).toBe("equal");
});

test("the value placeholder can be left alone", () => {
  const [gold, predicted] = ["SELECT total - value FROM orders", "SELECT total - value FROM orders"];
  const judged = (options: object): string =>
    verdictOf(new ExactSetMatch(schemas, options).judge({ gold, predicted, dbId: "shop" }));
  expect([{}, { valuePlaceholder: false }].map(judged)).toEqual(["unparsed", "equal"]);
  expect([{ script: "spider" }, { script: "spider", valuePlaceholder: true }].map(judged)).toEqual([
    "equal",
    "unparsed",
  ]);
});

// Expected: the keys of res_map in taoyds/spider's evaluation.py, as Python's tuples in JSON.
test("names of the selected columns for the older script's execution accuracy", () => {
  const judge = new ExactSetMatch(schemas, { script: "spider" });
  const joined = "FROM customer AS T1 JOIN orders AS T2 ON T1.id = T2.customer_id";
  const gold = `SELECT count(DISTINCT T1.id), T2.total - T2.value ${joined}`;
  expect(judge.selectKeys({ gold, predicted: `SELECT T2.customer_id, * ${joined}`, dbId: "shop" })).toEqual({
    gold: ['[0,"__customer.id__",null]', '[1,[0,"__orders.total__",null],[0,"__orders.value__",null]]'],
    predicted: ['[0,"__customer.id__",null]', '[0,"__all__",null]'],
  });
  expect(judge.selectKeys({ gold, predicted: "no query", dbId: "shop" }).predicted).toEqual([]);
});

describe("tables files", () => {
  const [shop] = tables;

  test("without foreign keys", async () => {
    const { foreign_keys: _, ...bare } = shop!;
    const read = await readOfficialSchemas(await tablesFile("bare.json", JSON.stringify([bare])));
    expect(read.get("shop")!.foreignKeys.size).toBe(0);
    expect(read.get("shop")!.tables).toMatchObject({ customer: ["id", "name", "city", "age"] });
  });

  test.each([
    ["no json", "nonsense", /is no JSON: .*Expected Spider's tables\.json, a list of databases\.$/],
    ["one object", JSON.stringify(tables[0]), /holds one object; expected Spider's tables\.json, a list/],
    ["questions", '[{"question": "?", "db_id": "shop"}]', /entry 0 \(shop\): table_names_original is no list of names/],
    [
      "no table",
      JSON.stringify([{ ...shop, column_names_original: [[9, "x"]] }]),
      /entry 0 \(shop\): column 0 is \[9,"x"\]/,
    ],
    ["no column", JSON.stringify([{ ...shop, foreign_keys: [[1, 99]] }]), /foreign key 0 is \[1,99\], with 17 columns/],
    ["no id", "[{}, 3]", /entry 0: has no db_id; entry 1: is no object\. Expected db_id, table_names_original/],
  ])("%s", async (name, text, message) => {
    await expect(readOfficialSchemas(await tablesFile(`${name}.json`, text))).rejects.toThrow(message);
  });

  test("absent", async () => {
    await expect(readOfficialSchemas(join(folder, "none.json"))).rejects.toThrow(/none\.json cannot be read: ENOENT/);
  });
});

test("component summary: what print_scores makes of nothing", () => {
  const judge = new ExactSetMatch(schemas);
  const rows = ["SELECT name FROM customer", "SELECT city FROM customer WHERE age > 1"].map((predicted, session) => ({
    ...judge.judge({ gold: "SELECT name FROM customer", predicted, dbId: "shop" }),
    session,
  }));
  const { levels, joint } = componentSummary(rows);
  expect(levels.easy).toMatchObject({ count: 2, exact: 0.5 });
  expect(levels.easy.components.select).toEqual({ acc: 0.5, rec: 0.5, f1: 0.5, acc_count: 2, rec_count: 2 });
  // Only the prediction has WHERE: no accuracy, nothing to recall, and an F1 of 1.
  expect(levels.easy.components.where).toEqual({ acc: 0, rec: 0, f1: 1, acc_count: 1, rec_count: 0 });
  expect(levels.hard.components.where).toEqual({ acc: 0, rec: 0, f1: 0, acc_count: 0, rec_count: 0 });
  expect(joint).toEqual({ count: 2, exact: 0.5 });
  expect(componentSummary(rows.map((row) => ({ ...row, session: 0 }))).joint).toBeNull();
});
