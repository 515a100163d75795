import { readFileSync } from "node:fs";
import Database from "better-sqlite3";
import { describe, expect, it } from "vitest";
import type { Schema } from "../../src/schema/types.js";
import { needsQuotes, quoteString, unquoteIdentifier, writeIdentifier } from "../../src/sql/identifiers.js";
import { lex } from "../../src/sql/lexer.js";
import { rewriteDoubleQuotedStrings } from "../../src/sql/quoting.js";
import { sharedPath } from "./data-shared.js";
import { spiderDatabases } from "./spider-databases.js";

const rewrite = (sql: string, ...columns: string[]) => rewriteDoubleQuotedStrings(sql, new Set(columns));

describe("rewriteDoubleQuotedStrings", () => {
  it("makes a string of what is no column", () => {
    expect(rewrite('SELECT name FROM t WHERE name = "Joe"', "name")).toBe("SELECT name FROM t WHERE name = 'Joe'");
    expect(rewrite('SELECT 1 FROM t WHERE a IN ("x", "y") OR a LIKE "%O\'Hara%"', "a")).toBe(
      "SELECT 1 FROM t WHERE a IN ('x', 'y') OR a LIKE '%O''Hara%'",
    );
    expect(rewrite('SELECT "say ""hi""" -- "not this"')).toBe('SELECT \'say "hi"\' -- "not this"');
  });

  it("keeps columns, whatever their case", () => {
    const sql = 'SELECT "First Name" FROM t WHERE "AGE" > 3';
    expect(rewrite(sql, "first name", "age")).toBe(sql);
  });

  it("keeps tables, aliases, qualified names and functions, though a value may be spelt like a table", () => {
    for (const sql of [
      'SELECT "t 1".a FROM "t 1"',
      'SELECT T."odd one" FROM "main"."x" AS T JOIN "y" ON 1',
      'SELECT count(*) AS "n" FROM a, "b" ORDER BY "n"',
      'SELECT count(*) "n" FROM (SELECT 1 AS "m") ORDER BY "N"',
      'SELECT * FROM (a JOIN "b") WHERE a IN "c"',
      'SELECT "max"(a) FROM b ORDER BY a COLLATE "nocase"',
      "SELECT a FROM t WHERE a = 'plain'",
    ]) {
      expect(rewrite(sql, "a")).toBe(sql);
    }
    expect(rewrite('SELECT a FROM singer WHERE a = "singer"', "a")).toBe("SELECT a FROM singer WHERE a = 'singer'");
    expect(rewrite('SELECT a FROM x WHERE b = 1 AND a = "p" GROUP BY a, "q"', "a")).toBe(
      "SELECT a FROM x WHERE b = 1 AND a = 'p' GROUP BY a, 'q'",
    );
  });
});

describe("identifiers", () => {
  it("quotes what needs it", () => {
    expect(
      ["name", "Name", "naïve", "order", "Song Name", "2nd", "a-b", ""].filter((name) => needsQuotes(name)),
    ).toEqual(["order", "Song Name", "2nd", "a-b", ""]);
    expect(writeIdentifier('a "b"')).toBe('"a ""b"""');
    expect(writeIdentifier("Name", "postgresql")).toBe('"Name"');
    expect(writeIdentifier("rank", "mysql")).toBe("`rank`");
  });

  it("round-trips through SQLite", () => {
    const database = new Database(":memory:");
    for (const name of ['we "said" it', "semi;colon", "[x]", "it's", "`tick`", "select"]) {
      database.exec(
        `CREATE TABLE ${writeIdentifier(name)} (a); INSERT INTO ${writeIdentifier(name)} VALUES (${quoteString(name)})`,
      );
      expect(
        database
          .prepare(`SELECT a FROM ${writeIdentifier(name)}`)
          .pluck()
          .get(),
      ).toBe(name);
      expect(unquoteIdentifier(writeIdentifier(name))).toBe(name);
    }
    database.close();
  });
});

/** Gold queries that no SQLite runs: a missing table, and ORDER BY before INTERSECT. */
const BROKEN = 3;

const spider = sharedPath("data/spider/dev.json")?.replace(/\/dev\.json$/, "") ?? null;

describe.skipIf(spider === null)("Spider's gold queries on an SQLite without double-quoted strings", () => {
  const load = spiderDatabases(spider);
  /** Lower-case columns of the tables whose names stand in the query. */
  const columnsOf = (sql: string, schema: Schema) => {
    const words = new Set(lex(sql).map((token) => unquoteIdentifier(token.text).toLowerCase()));
    const tables = schema.tables.filter((table) => words.has(table.name.toLowerCase()));
    return new Set(tables.flatMap((table) => table.columns.map((column) => column.name.toLowerCase())));
  };
  const compiles = (database: Database.Database, sql: string) => {
    try {
      database.prepare(sql);
      return true;
    } catch {
      return false;
    }
  };

  function count(file: string) {
    const rows = JSON.parse(readFileSync(`${spider}/${file}`, "utf8")) as { query: string; db_id: string }[];
    const found = { rows: 0, asWritten: 0, rewritten: 0, doubleQuoted: 0 };
    for (const { query, db_id } of rows) {
      const opened = load(db_id);
      if (opened === null) continue;
      found.rows++;
      const sql = rewriteDoubleQuotedStrings(query, columnsOf(query, opened.schema));
      if (sql !== query) found.doubleQuoted++;
      if (compiles(opened.database, query)) found.asWritten++;
      if (compiles(opened.database, sql)) found.rewritten++;
    }
    return found;
  }

  it("runs 1034 of 1034 dev queries, 213 of them only when rewritten", () => {
    expect(count("dev.json")).toEqual({ rows: 1034, asWritten: 821, rewritten: 1034, doubleQuoted: 213 });
  });

  it("runs every train query whose database is there but three", () => {
    const found = count("train_spider.json");
    expect(found.rows).toBeGreaterThan(6_800);
    expect(found.rows - found.rewritten).toBe(BROKEN);
    expect(found.asWritten).toBeLessThan(found.rewritten - 1_000);
  });
});
