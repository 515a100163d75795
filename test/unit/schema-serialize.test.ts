import { readFileSync } from "node:fs";
import Database from "better-sqlite3";
import { describe, expect, it } from "vitest";
import { parseDdl } from "../../src/schema/parse-ddl.js";
import { parseSchema } from "../../src/schema/parse-schema.js";
import { serializeSchema } from "../../src/schema/serialize-schema.js";
import { shuffleSchema } from "../../src/schema/shuffle-schema.js";
import { type SpiderTablesEntry, schemaFromSpiderTables } from "../../src/schema/spider-tables.js";
import type { Schema } from "../../src/schema/types.js";
import { sharedPath } from "./data-shared.js";

const concert = parseDdl(`
  CREATE TABLE stadium (Stadium_ID INTEGER PRIMARY KEY, "Name of it" varchar(40), opened DATE, open BOOL);
  CREATE TABLE "order" (a INT, b INT REFERENCES stadium(Stadium_ID), c BLOB, PRIMARY KEY (a, b));`);

describe("serializeSchema", () => {
  it("ddl", () => {
    expect(serializeSchema(concert, "ddl")).toBe(
      `CREATE TABLE stadium (
  Stadium_ID INTEGER PRIMARY KEY,
  "Name of it" varchar(40),
  opened DATE,
  open BOOL
);
CREATE TABLE "order" (
  a INT,
  b INT,
  c BLOB,
  PRIMARY KEY (a, b),
  FOREIGN KEY (b) REFERENCES stadium (Stadium_ID)
);`,
    );
  });

  it("compact", () => {
    expect(serializeSchema(concert, "compact")).toBe(
      `CREATE TABLE stadium ( Stadium_ID number pk, "Name of it" text, opened time, open boolean )
CREATE TABLE "order" ( a number pk, b number pk -> stadium.Stadium_ID, c others )`,
    );
  });

  it("table_line, as the seed project writes it", () => {
    expect(serializeSchema(concert, "table_line")).toBe(
      `TABLE: stadium ( Stadium_ID (integer), "Name of it" (varchar(40)), opened (date), open (bool) )
TABLE: "order" ( a (int), b (int), c (blob) )`,
    );
  });

  it("quotes as the dialect does", () => {
    const mysql = parseDdl("CREATE TABLE `group` (`Rank` INT, name TEXT) ENGINE=InnoDB");
    expect(serializeSchema(mysql, "compact")).toBe("CREATE TABLE `group` ( `Rank` number, name text )");
    const postgresql = parseDdl('CREATE TABLE "Group" (id SERIAL, "Name" TEXT, Plain TEXT)');
    expect(serializeSchema(postgresql, "table_line")).toBe(
      'TABLE: "Group" ( id (serial), "Name" (text), plain (text) )',
    );
  });
});

describe("shuffleSchema", () => {
  const sorted = (schema: Schema) =>
    schema.tables
      .map((table) => ({ ...table, columns: table.columns.map((column) => column.name).sort() }))
      .sort((a, b) => (a.name < b.name ? -1 : 1));

  it("gives the same order for the same seed, and changes nothing else", () => {
    const texts = new Set<string>();
    for (let seed = 0; seed < 200; seed++) {
      const shuffled = shuffleSchema(concert, seed);
      expect(shuffleSchema(concert, seed)).toEqual(shuffled);
      expect(sorted(shuffled)).toEqual(sorted(concert));
      texts.add(serializeSchema(shuffled, "compact"));
      expect(serializeSchema(concert, "compact", { shuffleSeed: seed })).toBe(serializeSchema(shuffled, "compact"));
    }
    // 2 tables of 4 and 3 columns have 2 * 24 * 6 = 288 orders; 200 draws of 288 hit about 144 of them.
    expect(texts.size).toBeGreaterThan(120);
    expect(texts.size).toBeLessThan(170);
  });
});

const tables = sharedPath("data/spider/tables.json");

describe.skipIf(tables === null)("on Spider's 166 schemas", () => {
  const schemas = () =>
    (JSON.parse(readFileSync(tables!, "utf8")) as SpiderTablesEntry[]).map((entry) => schemaFromSpiderTables(entry));

  it("ddl is read back as it was, and runs in SQLite", () => {
    for (const schema of schemas()) {
      const text = serializeSchema(schema, "ddl");
      const database = new Database(":memory:");
      expect(() => database.exec(text), schema.dbId).not.toThrow();
      database.close();
      expect(parseDdl(text, { dbId: schema.dbId, dialect: "sqlite" }), schema.dbId).toEqual(schema);
    }
  });

  it("table_line is read back as it was, but for the keys it does not hold", () => {
    for (const schema of schemas()) {
      const plain = schema.tables.map((table) => ({
        ...table,
        columns: table.columns.map((column) => ({ ...column, primaryKey: false })),
        foreignKeys: [],
      }));
      expect(parseSchema(serializeSchema(schema, "table_line")).tables, schema.dbId).toEqual(plain);
    }
  });
});
