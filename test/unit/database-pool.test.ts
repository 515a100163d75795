import { describe, expect, test } from "vitest";
import { createDatabasePool } from "../../src/database/index.js";
import { failed, useShop } from "./database-shop.js";

const shop = useShop();

describe("values", () => {
  test("integers, reals, text, blobs and nulls arrive as SQLite holds them", async () => {
    const result = await shop.pool.query(
      shop.file,
      "SELECT id, name, price, big, raw FROM item WHERE id < 3 ORDER BY id",
    );
    expect(result).toMatchObject({ ok: true, columns: ["id", "name", "price", "big", "raw"], truncated: false });
    expect(result.ok && result.rows).toEqual([
      [1, "lamp", 9.5, 9007199254740993n, Buffer.from([0, 255, 16])],
      [2, "chair", 20, -9223372036854775808n, null],
    ]);
  });

  test("safeIntegers tells 20 from 20.0", async () => {
    const result = await shop.pool.query(shop.file, "SELECT id, price FROM item WHERE id = 2", { safeIntegers: true });
    expect(result.ok && result.rows).toEqual([[2n, 20]]);
  });

  test("text that is no UTF-8 does not break anything", async () => {
    const result = await shop.pool.query(shop.file, "SELECT name FROM item WHERE id = 3");
    expect(result.ok && result.rows).toEqual([["f\uFFFD(o"]]);
  });

  test("columns of equal name are all returned", async () => {
    const result = await shop.pool.query(shop.file, "SELECT id, id, 1 AS id FROM item LIMIT 1");
    expect(result).toMatchObject({ columns: ["id", "id", "id"], rows: [[1, 1, 1]] });
  });

  test("maxRows and maxBytes cut the rows and say so", async () => {
    const rows = await shop.pool.query(shop.file, "SELECT n FROM wide ORDER BY n", { maxRows: 3 });
    expect(rows).toMatchObject({ ok: true, rows: [[1], [2], [3]], truncated: true });
    await using small = createDatabasePool({ size: 1, maxBytes: 100 });
    const bytes = await small.query(shop.file, "SELECT printf('%060d', n) FROM wide");
    expect(bytes.ok && bytes.rows.length).toBe(1);
    expect(bytes).toMatchObject({ truncated: true });
    const exact = await shop.pool.query(shop.file, "SELECT n FROM wide", { maxRows: 1000 });
    expect(exact).toMatchObject({ truncated: false });
  });
});

describe("what is not read-only", () => {
  test.each([
    "INSERT INTO item (id) VALUES (9)",
    "INSERT INTO item (id) VALUES (9) RETURNING id",
    "WITH x AS (SELECT 9) INSERT INTO item (id) SELECT * FROM x RETURNING id",
    "WITH x AS (SELECT 9) DELETE FROM item",
    "DELETE FROM item",
    "DROP TABLE item",
    "CREATE TEMP TABLE t (a)",
    "PRAGMA journal_mode = WAL",
    "PRAGMA writable_schema = ON",
    "PRAGMA hard_heap_limit = 1",
    "ATTACH ':memory:' AS other",
    "VACUUM INTO 'copy.sqlite'",
    "BEGIN",
    "EXPLAIN DELETE FROM item",
    "SELECT 1; DELETE FROM item",
    "SELECT 1; SELECT 2",
    "/* a */ -- b\n UPDATE item SET name = 'x'",
    "",
    "-- nothing",
    "not SQL at all",
  ])("%j is refused", async (sql) => {
    expect(failed(await shop.pool.query(shop.file, sql)).kind).toBe("not_readonly");
    const left = await shop.pool.query(shop.file, "SELECT count(*), max(id), min(name) FROM item");
    expect(left.ok && left.rows).toEqual([[3, 3, "chair"]]);
  });

  test("load_extension is not authorised", async () => {
    expect(failed(await shop.pool.query(shop.file, "SELECT load_extension('x')"))).toEqual({
      ok: false,
      kind: "error",
      error: "not authorized",
    });
  });

  test("comments and a semicolon round one SELECT are fine", async () => {
    const result = await shop.pool.query(shop.file, "-- first\n/* and */ select 1 ; -- last");
    expect(result).toMatchObject({ ok: true, rows: [[1]] });
  });
});

describe('"double quotes"', () => {
  test("are a string where no column of the query's tables has the name, else the column", async () => {
    const string = await shop.pool.query(shop.file, 'SELECT id FROM item WHERE name = "lamp"');
    expect(string).toMatchObject({ ok: true, rows: [[1]] });
    const column = await shop.pool.query(shop.file, 'SELECT "name" FROM item WHERE id = 1');
    expect(column).toMatchObject({ ok: true, rows: [["lamp"]] });
    // "n" is a column of another table only.
    const other = await shop.pool.query(shop.file, 'SELECT count(*) FROM item WHERE name = "n"');
    expect(other).toMatchObject({ ok: true, rows: [[0]] });
  });
});
