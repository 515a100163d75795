import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import Database from "better-sqlite3";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parseDdl } from "../../src/schema/parse-ddl.js";
import { parseSchema } from "../../src/schema/parse-schema.js";
import { readSchemaArgument } from "../../src/schema/read-schema-argument.js";
import { readSqliteSchema } from "../../src/schema/read-sqlite-schema.js";
import { type SpiderTablesEntry, schemaFromSpiderTables } from "../../src/schema/spider-tables.js";
import { typeFamily } from "../../src/schema/type-family.js";
import type { Schema } from "../../src/schema/types.js";
import { sharedPath } from "./data-shared.js";

let folder: string;
let file: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "sqltune-schema-"));
  file = join(folder, "shop.sqlite");
  const database = new Database(file);
  database.exec(`CREATE TABLE "Line Item" (id INTEGER PRIMARY KEY AUTOINCREMENT, product REFERENCES product, qty INT, cost AS (qty * 2));
    CREATE TABLE product (sku TEXT, size TEXT, price REAL, PRIMARY KEY (sku, size));
    CREATE TABLE stock (sku TEXT, size TEXT, note TEXT REFERENCES gone(x), FOREIGN KEY (SKU, Size) REFERENCES PRODUCT (sku, size));
    CREATE VIRTUAL TABLE notes USING fts5(body);
    CREATE VIEW v AS SELECT 1;`);
  database.close();
});
afterAll(() => rmSync(folder, { recursive: true }));

const names = (schema: { tables: { name: string }[] }) => schema.tables.map((table) => table.name);

describe("readSqliteSchema", () => {
  it("gives tables in the order they were made, with types and keys", () => {
    const schema = readSqliteSchema(file);
    expect(schema.dbId).toBe("shop");
    expect(names(schema)).toEqual(["Line Item", "product", "stock", "notes"]);
    expect(schema.tables[0]!.columns).toEqual([
      { name: "id", type: "INTEGER", primaryKey: true },
      { name: "product", type: "", primaryKey: false },
      { name: "qty", type: "INT", primaryKey: false },
      { name: "cost", type: "", primaryKey: false },
    ]);
    // One column cannot point at a key of two.
    expect(schema.tables[0]!.foreignKeys).toEqual([]);
    expect(schema.tables[2]!.foreignKeys).toEqual([
      { columns: ["sku", "size"], refTable: "product", refColumns: ["sku", "size"] },
    ]);
    expect(schema.tables[3]!.columns.map((column) => column.name)).toEqual(["body"]);
  });

  it("says what is wrong with a file", () => {
    const text = join(folder, "text.sqlite");
    writeFileSync(text, "not a database at all, ".repeat(100));
    const cut = join(folder, "cut.sqlite");
    writeFileSync(cut, readFileSync(file));
    truncateSync(cut, 5000);
    const empty = join(folder, "empty.sqlite");
    writeFileSync(empty, "");
    expect(() => readSqliteSchema(join(folder, "no.sqlite"))).toThrow(/There is no database file .*no\.sqlite/);
    expect(() => readSqliteSchema(folder)).toThrow(/is a folder; a SQLite file was expected/);
    expect(() => readSqliteSchema(text)).toThrow(/text\.sqlite is no SQLite database/);
    expect(() => readSqliteSchema(cut)).toThrow(/cut\.sqlite is damaged: .*Restore it from a copy/);
    expect(() => readSqliteSchema(empty)).toThrow(/is a SQLite database without a table/);
  });
});

describe("TABLE: lines", () => {
  it("reads names that hold anything, and types in the last parentheses", () => {
    const schema = parseSchema(
      'TABLE: employees ( id (INTEGER), name (TEXT) )\n\ntable: "t (1)" ( State/territory (text), Format (qty) (decimal(10, 2)), bare, "a, b" (text), 5\'10" (real) )',
    );
    expect(schema.tables).toEqual([
      {
        name: "employees",
        columns: [
          { name: "id", type: "INTEGER", primaryKey: false },
          { name: "name", type: "TEXT", primaryKey: false },
        ],
        foreignKeys: [],
      },
      {
        name: "t (1)",
        columns: [
          ["State/territory", "text"],
          ["Format (qty)", "decimal(10, 2)"],
          ["bare", ""],
          ["a, b", "text"],
          ["5'10\"", "real"],
        ].map(([name, type]) => ({ name, type, primaryKey: false })),
        foreignKeys: [],
      },
    ]);
  });

  it.each([
    ["TABLE: a", /line 1 of this schema: there is no "\(" after the table's name/],
    ["TABLE: a ( b (int) )\nTABLE: c ( d (int)\n", /line 2 of this schema: a "\)" is missing/],
    ["TABLE: ( b (int) )", /the table has no name/],
    ["TABLE: a ( )", /the table has no columns/],
  ])("names what is wrong in %j", (text, message) => {
    expect(() => parseSchema(text)).toThrow(message);
  });
});

describe("readSchemaArgument", () => {
  it("takes DDL, a TABLE: line, files of either, and databases", async () => {
    const ddl = join(folder, "schema.sql");
    writeFileSync(ddl, "CREATE TABLE from_file (a INT);");
    const line = join(folder, "line (1).txt");
    writeFileSync(line, "TABLE: from_line ( a (int) )");
    expect(names(await readSchemaArgument("CREATE TABLE x (a INT)"))).toEqual(["x"]);
    expect(names(await readSchemaArgument(" TABLE: y ( a (int) ) "))).toEqual(["y"]);
    expect(await readSchemaArgument(ddl)).toMatchObject({ dbId: "schema", tables: [{ name: "from_file" }] });
    expect(names(await readSchemaArgument(`@${ddl}`))).toEqual(["from_file"]);
    expect(names(await readSchemaArgument(line))).toEqual(["from_line"]);
    expect((await readSchemaArgument(`@${file}`)).dbId).toBe("shop");
    expect((await readSchemaArgument(file)).dbId).toBe("shop");
  });

  it.each(["", "  ", "@", "missing.sql", "hello (world)", "@missing.sqlite"])(
    "names the accepted forms for %j",
    async (argument) => {
      await expect(readSchemaArgument(argument)).rejects.toThrow(
        /CREATE TABLE singer \(singer_id INT PRIMARY KEY[\s\S]*TABLE: singer[\s\S]*schema\.sql[\s\S]*@singers\.sqlite/,
      );
    },
  );
});

describe("schemaFromSpiderTables", () => {
  const entry: SpiderTablesEntry = {
    db_id: "d",
    table_names_original: ["a", "b"],
    column_names_original: [
      [-1, "*"],
      [0, "x"],
      [0, "y"],
      [1, "z"],
    ],
    column_types: ["text", "number", "time", "text"],
    primary_keys: [[1, 2], 3],
    foreign_keys: [[2, 3]],
  };

  it("reads tables, types and keys", () => {
    expect(schemaFromSpiderTables(entry).tables).toEqual([
      {
        name: "a",
        columns: [
          { name: "x", type: "number", primaryKey: true },
          { name: "y", type: "time", primaryKey: true },
        ],
        foreignKeys: [{ columns: ["y"], refTable: "b", refColumns: ["z"] }],
      },
      { name: "b", columns: [{ name: "z", type: "text", primaryKey: true }], foreignKeys: [] },
    ]);
  });

  it("names the field that is wrong", () => {
    expect(() => schemaFromSpiderTables({ ...entry, column_types: ["text"] })).toThrow(
      /entry of database d cannot be read: column_types has 1 entries for 4 columns/,
    );
    expect(() => schemaFromSpiderTables({ ...entry, primary_keys: [9] })).toThrow(
      /a key names column 9, but there are 4/,
    );
    expect(() => schemaFromSpiderTables({ db_id: "d" } as SpiderTablesEntry)).toThrow(
      /table_names_original is no list/,
    );
  });
});

const tables = sharedPath("data/spider/tables.json");

describe("DDL as SQLite reads it", () => {
  const folders = [fileURLToPath(new URL("../../data/sample/database", import.meta.url))];
  if (tables !== null) folders.push(tables.replace("tables.json", "database"));

  it.each(folders)("is read the same from the text that every database of %s was made by", (databases) => {
    // SQLite gives its five standard types in capitals, and types without the spaces inside their parentheses.
    const plain = (schema: Schema) =>
      schema.tables.map((table) => ({
        ...table,
        columns: table.columns.map((column) => ({ ...column, type: column.type.toLowerCase().replace(/\s+/g, "") })),
      }));
    let compared = 0;
    for (const db of readdirSync(databases)) {
      const path = join(databases, db, `${db}.sqlite`);
      if (!existsSync(path)) continue;
      const database = new Database(path, { readonly: true });
      const statements = database
        .prepare(
          "SELECT sql FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite~_%' ESCAPE '~' ORDER BY rowid",
        )
        .pluck()
        .all();
      database.close();
      const read = parseDdl(statements.join(";\n"), { dialect: "sqlite" });
      expect(plain(read), db).toEqual(plain(readSqliteSchema(path)));
      compared++;
    }
    expect(compared).toBeGreaterThan(10);
  });
});

describe.skipIf(tables === null)("Spider's 166 schemas", () => {
  it("agree between tables.json and the database files", () => {
    const entries = JSON.parse(readFileSync(tables!, "utf8")) as SpiderTablesEntry[];
    const seen = { databases: 0, tables: 0, columns: 0, sameFamily: 0 };
    for (const entry of entries) {
      const path = tables!.replace("tables.json", `database/${entry.db_id}/${entry.db_id}.sqlite`);
      if (!existsSync(path)) continue;
      seen.databases++;
      const listed = schemaFromSpiderTables(entry);
      const actual = readSqliteSchema(path);
      expect(
        names(listed)
          .map((name) => name.toLowerCase())
          .sort(),
        entry.db_id,
      ).toEqual(
        names(actual)
          .map((name) => name.toLowerCase())
          .sort(),
      );
      for (const table of listed.tables) {
        const twin = actual.tables.find((other) => other.name.toLowerCase() === table.name.toLowerCase())!;
        seen.tables++;
        for (const column of table.columns) {
          const other = twin.columns.find((c) => c.name.toLowerCase() === column.name.toLowerCase());
          expect(other, `${entry.db_id}.${table.name}.${column.name}`).toBeDefined();
          seen.columns++;
          if (typeFamily(other!.type) === column.type) seen.sameFamily++;
        }
      }
    }
    expect(seen.databases).toBeGreaterThan(160);
    expect(seen.columns).toBeGreaterThan(4_000);
    // The compact format writes these classes: both sources give the same text but for one column in 200.
    expect(seen.sameFamily / seen.columns).toBeGreaterThan(0.995);
  });
});
