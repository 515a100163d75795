import { existsSync, readFileSync } from "node:fs";
import Database from "better-sqlite3";
import { afterAll, beforeAll, describe, expect, it, test } from "vitest";
import { prepareAsStock } from "../../src/database/double-quoted-strings.js";
import { sharedPath } from "./data-shared.js";

let db: Database.Database;

beforeAll(() => {
  db = new Database(":memory:");
  db.exec(`
    CREATE TABLE t (id INTEGER PRIMARY KEY, name TEXT, "odd one" TEXT, n INT);
    CREATE TABLE u (id INT, tid INT, "Name2" TEXT);
    INSERT INTO t VALUES (1, 'Joe', 'x', 5), (2, 'name', 'odd one', 6), (3, 'tid', 'u', NULL);
    INSERT INTO u VALUES (1, 1, 'a'), (2, 1, 'Joe'), (3, 2, 'nope');
  `);
});

afterAll(() => db.close());

const run = (sql: string): unknown => {
  try {
    return JSON.stringify(
      prepareAsStock(db, sql, () => new Set(["id", "name", "odd one", "n", "tid", "name2"]))
        .raw(true)
        .all(),
    );
  } catch (error) {
    return (error as Error).message.replace(/ - should.*/, "");
  }
};

// Right sides: SQLite 3.40 as Python has it, which takes double-quoted names for strings.
describe('"double-quoted" names that stock SQLite takes for strings', () => {
  test.each([
    ['SELECT id FROM t WHERE name = "Joe"', "[[1]]"],
    ['SELECT id FROM t WHERE name = "name"', "[[1],[2],[3]]"],
    ['SELECT id FROM t WHERE name = "NAME" AND "odd one" = "odd one"', "[[1],[2],[3]]"],
    ['SELECT id FROM t WHERE name = "tid"', "[[3]]"],
    ['SELECT (SELECT count(*) FROM u WHERE "tid" = t.id) FROM t WHERE name = "tid"', "[[0]]"],
    ['SELECT name FROM t WHERE "tid" IN (SELECT name FROM t) AND id IN (SELECT "tid" FROM u)', '[["Joe"],["name"]]'],
    ['SELECT "Name2", "nope" FROM u WHERE "Name2" = "nope"', '[["nope","nope"]]'],
    ['SELECT name AS "al" FROM t WHERE "al" = "Joe" ORDER BY "al"', '[["Joe"]]'],
    ['SELECT count(*) AS "Joe" FROM t GROUP BY "Joe"', "GROUP"],
    ['SELECT name FROM t ORDER BY "nothing", id DESC LIMIT "1"', '[["tid"]]'],
    ['SELECT max("zz"), "say ""hi""", \'it\' FROM t', '[["zz","say \\"hi\\"","it"]]'],
    ['SELECT id FROM "t" AS "x" WHERE "x".name = "x" OR "x"."odd one" = "x"', "[[1]]"],
    ['SELECT id FROM t WHERE name IN ("Joe", "tid", "Joe")', "[[1],[3]]"],
    ['WITH c("p", q) AS (SELECT "odd one", "q1" FROM t) SELECT "p", "q", "q1" FROM c LIMIT 1', '[["x","q1","q1"]]'],
    ['SELECT zz, "zz" FROM (SELECT "zz" FROM t) WHERE zz = "zz" LIMIT 1', '[["zz","zz"]]'],
    ['SELECT "max"(n), strftime("%Y", "2020-05-01") FROM t', '[[6,"2020"]]'],
    ['SELECT id FROM t WHERE n = 5 UNION SELECT id FROM u WHERE "Name2" = "a" ORDER BY id', "[[1]]"],
    ['SELECT id FROM t WHERE name LIKE "J%" ESCAPE "\\"', "[[1]]"],
    ["SELECT id FROM t WHERE name = `Joe`", "no such column: Joe"],
    ["SELECT id FROM t WHERE name = [Joe]", "no such column: Joe"],
    ['SELECT "t"."zz" FROM t', "no such column: t.zz"],
    ['SELECT id FROM "zz" WHERE name = "Joe"', "no such table: zz"],
    ['SELECT "zz" FROM t WHERE zz = 1', "no such column: zz"],
  ])("%s", (sql, expected) => {
    if (expected === "GROUP") expect(run(sql)).toMatch(/aggregate functions are not allowed in the GROUP BY clause/);
    else expect(run(sql)).toBe(expected);
  });

  test("many of them do not take time that grows with their square", () => {
    const names = Array.from({ length: 5000 }, (_, i) => `"value ${i}"`).join(", ");
    expect(run(`SELECT id FROM t WHERE name IN (${names}, "Joe", "name")`)).toBe("[[1],[2],[3]]");
  });
});

const spider = sharedPath("data/spider/dev.json")?.replace(/\/dev\.json$/, "") ?? null;
if (spider === null)
  process.stderr.write("SKIPPED: Spider's gold queries on their databases: shared/data/spider is absent\n");

describe.skipIf(spider === null)("Spider's gold queries", () => {
  const databases = new Map<string, Database.Database | null>();
  const open = (id: string) => {
    const file = `${spider}/database/${id}/${id}.sqlite`;
    if (!databases.has(id)) databases.set(id, existsSync(file) ? new Database(file, { readonly: true }) : null);
    return databases.get(id)!;
  };
  afterAll(() => {
    for (const database of databases.values()) database?.close();
  });

  it.each([
    ["dev.json", 1034, 0],
    // A missing table, and ORDER BY before INTERSECT, twice.
    ["train_spider.json", 6_938, 3],
  ])("of %s compile, %i of them, all but %i", (file, least, broken) => {
    const rows = JSON.parse(readFileSync(`${spider}/${file}`, "utf8")) as { query: string; db_id: string }[];
    const there = rows.filter(({ db_id }) => open(db_id) !== null);
    const failed = there.filter(({ query, db_id }) => {
      try {
        prepareAsStock(open(db_id)!, query, () => new Set());
        return false;
      } catch {
        return true;
      }
    });
    expect(there.length).toBeGreaterThanOrEqual(Math.min(least, 6_800));
    expect(failed).toHaveLength(broken);
  });
});
