import { describe, expect, it } from "vitest";
import { parseSchema } from "../../src/schema/parse-schema.js";
import { formatSql, parseSelect } from "../../src/sql/syntax/index.js";
import { chartOf, ticksOf } from "../../web/src/ask/chart-data.js";
import { curvesOf } from "../../web/src/ask/diagram/curves.js";
import { type Layout, layOut } from "../../web/src/ask/diagram/layout.js";
import { formatted } from "../../web/src/ask/format-query.js";
import { meantName } from "../../web/src/ask/meant-name.js";
import { compareCells } from "../../web/src/parts/cell-value.js";
import { hugeSchema } from "../browser/huge-schema.js";

describe("charts of two columns", () => {
  const chart = (rows: (string | number | null)[][]) => chartOf({ columns: ["a", "b"], rows, truncated: false });

  it("names and numbers are bars, whichever comes first", () => {
    expect(
      chart([
        ["x", 2],
        [null, 3],
      ]),
    ).toMatchObject({ kind: "bar", labelName: "a", points: [{ value: 2 }, { label: "NULL" }] });
    expect(
      chart([
        [2, "x"],
        [3, "y"],
      ]),
    ).toMatchObject({ kind: "bar", labelName: "b", valueName: "a" });
  });

  it("days, months and years are a line in their order, and a missing number is left out", () => {
    expect(
      chart([
        ["2026-03-01", 1],
        ["2026-01-01", 2],
        ["2026-02-01", null],
      ]),
    ).toMatchObject({
      ...{
        kind: "line",
        points: [
          { label: "2026-01-01", value: 2 },
          { label: "2026-03-01", value: 1 },
        ],
      },
    });
    expect(
      chart([
        [2001, 5],
        [1999, 7],
      ]),
    ).toMatchObject({ kind: "line", labelName: "a" });
    expect(
      chart([
        ["2026-01", 1],
        ["2026-02", 2],
      ])?.kind,
    ).toBe("line");
    expect(
      chart([
        ["2026-13-45", 1],
        ["2026-14-45", 2],
      ])?.kind,
    ).toBe("bar");
  });

  it("two texts, one row or three columns are no chart", () => {
    expect(
      chart([
        ["x", "y"],
        ["z", "w"],
      ]),
    ).toBeNull();
    expect(chart([["x", 1]])).toBeNull();
    expect(
      chartOf({
        columns: ["a", "b", "c"],
        rows: [
          ["x", 1, 2],
          ["y", 2, 3],
        ],
        truncated: false,
      }),
    ).toBeNull();
  });

  it("the most bars are forty, and the rest is counted", () => {
    const many = chart(Array.from({ length: 50 }, (_, at) => [`n${at}`, at]));
    expect([many?.points.length, many?.left]).toEqual([40, 10]);
  });

  it.each([
    [0, 10, [0, 2, 4, 6, 8, 10]],
    [-3, 7, [-4, -2, 0, 2, 4, 6, 8]],
    [0.1, 0.32, [0.1, 0.15, 0.2, 0.25, 0.3, 0.35]],
    [5, 5, [0, 1, 2, 3, 4, 5]],
    [0, 0, [0, 0.2, 0.4, 0.6, 0.8, 1]],
  ])("ticks from %d to %d are round and hold both", (from, to, ticks) => {
    expect(ticksOf(from, to, 5)).toEqual(ticks);
  });
});

describe("the diagram", () => {
  const overlap = ({ cards }: Layout) =>
    cards.some((a, at) =>
      cards
        .slice(at + 1)
        .some((b) => a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height),
    );

  it.each([0.4, 1, 2.5])("places a hundred tables once each, apart, in a window of %d to 1", (aspect) => {
    const { tables } = parseSchema(hugeSchema(100, 50));
    const layout = layOut(tables, aspect, new Set(["entity_7"]));
    expect(new Set(layout.cards.map(({ table }) => table.name)).size).toBe(100);
    expect(overlap(layout)).toBe(false);
    expect(layout.cards.find(({ table }) => table.name === "entity_7")!.columns).toHaveLength(50);
    expect(Math.abs(Math.log(layout.width / layout.height / aspect))).toBeLessThan(0.6);
    expect(curvesOf(layout.cards)).toHaveLength(99);
  });

  it("no curve of a star of four tables passes behind a table", () => {
    const { tables } = parseSchema(`
      CREATE TABLE hub (id INTEGER PRIMARY KEY);
      ${["a", "b", "c"].map((name) => `CREATE TABLE ${name} (hub_id INTEGER REFERENCES hub(id));`).join("\n")}`);
    expect(layOut(tables, 2, new Set()).hidden).toBe(0);
  });

  it("takes a table without columns, and no table at all", () => {
    expect(layOut([{ name: "t", columns: [], foreignKeys: [] }], 1, new Set()).cards).toHaveLength(1);
    expect(layOut([], 1, new Set()).cards).toEqual([]);
  });
});

describe("SQL in lines", () => {
  it.each([
    "SELECT a FROM t WHERE b IN (SELECT c FROM u WHERE d IS NOT DISTINCT FROM 1) ORDER BY a LIMIT 3",
    "WITH x AS (SELECT 1 AS n UNION ALL SELECT 2) SELECT n FROM x LEFT JOIN t ON t.a = x.n GROUP BY n HAVING COUNT(*) > 1",
    "SELECT ROW_NUMBER() OVER (PARTITION BY a ORDER BY b) FROM t NATURAL LEFT OUTER JOIN u EXCEPT SELECT 'FROM (' FROM v",
  ])("means the same: %s", (sql) => {
    const lines = formatted(sql)!;
    expect(lines.split("\n").length).toBeGreaterThan(3);
    expect(formatSql(parseSelect(lines))).toBe(formatSql(parseSelect(sql)));
  });

  it("indents an inner query", () => {
    expect(formatted("select a from t where b in (select c from u)")).toBe(
      "SELECT a\nFROM t\nWHERE b IN (\n  SELECT c\n  FROM u\n)",
    );
  });

  it("leaves alone what does not parse, and what has comments to lose", () => {
    expect(formatted("SELECT FROM WHERE")).toBeNull();
    expect(formatted("SELECT 1 -- one")).toBeNull();
  });
});

describe("names that may be meant", () => {
  const { tables } = parseSchema(
    "CREATE TABLE habitat (habitat_id INT); CREATE TABLE animal (animal_id INT, name TEXT);",
  );

  it.each([
    ["no such column: habitat_idd", "habitat_id"],
    ["no such column: habitat.animal_id", "animal.animal_id"],
    ["no such column: T1.nam", "name"],
    ["no such table: animals", "animal"],
    ["no such column: price", null],
    ['near "FORM": syntax error', null],
  ])("%s -> %s", (error, meant) => {
    expect(meantName(error, tables)).toBe(meant);
  });
});

it("cells sort as SQLite does: NULL, numbers, texts", () => {
  const cells = ["b10", null, 2, "b9", "9007199254740993", 10, -1];
  expect(cells.toSorted(compareCells)).toEqual([null, -1, 2, 10, "9007199254740993", "b9", "b10"]);
});
