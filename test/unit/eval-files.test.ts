import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readGold, readGoldFile } from "../../src/eval/gold-file.js";
import { readPredictionFile, readPredictions } from "../../src/eval/prediction-file.js";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "sqltune-eval-files-"));
});
afterAll(() => rm(folder, { recursive: true }));

async function file(name: string, content: string | Buffer): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, content);
  return path;
}

/** A gold of n rows in one dialogue, or of several dialogues. */
const goldOf = (...dialogues: number[]) => ({
  rows: Array.from({ length: dialogues.reduce((a, b) => a + b) }, (_, i) => ({
    ...{ id: `gold:${i}`, question: "", sql: `SELECT ${i}`, dbId: "shop" },
  })),
  dialogues,
});

describe("gold", () => {
  const rows = [
    { id: "gold:0", question: "", sql: "SELECT 'é'", dbId: "café" },
    { id: "gold:1", question: "", sql: "SELECT  2", dbId: "shop" },
  ];

  test.each([
    ["LF", "SELECT 'é'\tcafé\nSELECT  2\tshop\n"],
    ["no line end at the end", "SELECT 'é'\tcafé\nSELECT  2\tshop"],
    ["CRLF", "SELECT 'é'\tcafé\r\nSELECT  2\tshop\r\n"],
    ["a byte order mark", "\uFEFFSELECT 'é'\tcafé\nSELECT  2\tshop\n\n\n"],
    ["spaces around", "  SELECT 'é' \t café \n SELECT  2\tshop\t\n"],
  ])("lines with %s", async (_, text) => {
    const path = await file("gold", text);
    expect(await readGold(path)).toEqual({ rows, dialogues: [2] });
  });

  test("blank lines part dialogues; a tab inside the query stays", async () => {
    const path = await file("gold", "SELECT 1\ta\n\nSELECT\t2\ta\nSELECT 3\ta\n\n\n");
    const { rows, dialogues } = await readGold(path);
    expect(rows.map(({ sql }) => sql)).toEqual(["SELECT 1", "SELECT\t2", "SELECT 3"]);
    expect(dialogues).toEqual([1, 2]);
  });

  test.each([
    ["dev.json", JSON.stringify([{ question: "How many?", query: "SELECT 1 ", db_id: "a", sql: { select: [] } }])],
    ["dev.jsonl", '\n{"question": "How many?", "query": "SELECT 1", "db_id": "a"}\n'],
    ["dev.txt", '[{"question": "How many?", "gold_sql": "SELECT 1", "db_id": "a"}]'],
    ["dev", '{"question": "How many?", "SQL": "SELECT 1", "db_id": "a"}\n'],
    ["report.json", '{"summary": {}, "details": [{"question": "How many?", "gold": "SELECT 1", "db_id": "a"}]}'],
  ])("JSON in %s", async (name, text) => {
    const path = await file(name, text);
    expect(await readGoldFile(path)).toEqual([{ id: `${name}:0`, question: "How many?", sql: "SELECT 1", dbId: "a" }]);
  });

  test.each([
    ["gold", "", "gold is empty"],
    ["gold", "\n \r\n", "gold is empty"],
    ["gold", "SELECT 1\ta\nSELECT 2\n", 'line 2 is "SELECT 2". Expected Spider\'s JSON'],
    ["gold", "SELECT 1\t\n\ta\n", 'line 1 is "SELECT 1"; line 2 is "a"'],
    ["gold", `${"x\n".repeat(8)}`, "; and 3 more. Expected"],
    [
      "g.json",
      '[{"query": "SELECT 1"}, 7, {"db_id": "a"}, {}]',
      'row 0 has no db_id; row 1 is "7"; row 2 has no query',
    ],
    ["g.json", '{"a": 1}', "g.json holds an object; a list was expected"],
    ["g.json", '[{"query": "SELECT 1"},\n  oops]', "g.json is broken JSON at line 2, column 3"],
    ["g.jsonl", '{"query": "SELECT 1", "db_id": "a"}\n{"query"', "g.jsonl is broken JSON at line 2, column 9"],
  ])("%s with %j is refused", async (name, text, words) => {
    await expect(readGold(await file(name, text))).rejects.toThrow(words);
  });

  test("no file, a folder, UTF-16", async () => {
    await expect(readGold(join(folder, "none.sql"))).rejects.toThrow(/^there is no file .*none\.sql$/);
    await mkdir(join(folder, "sub"));
    await expect(readGold(join(folder, "sub"))).rejects.toThrow(/sub is a folder; a file was expected$/);
    const utf16 = await file("utf16", Buffer.from("\uFEFFSELECT 1\ta\n", "utf16le"));
    await expect(readGold(utf16)).rejects.toThrow("is UTF-16; save it as UTF-8");
  });
});

describe("predictions", () => {
  test.each([
    ["p.sql", "SELECT 1\nSELECT 'ü'\n"],
    ["p.sql", "\uFEFFSELECT 1\tshop\r\nSELECT 'ü'\tshop\textra\r\n\r\n"],
    ["p.sql", "SELECT 1\rSELECT 'ü'"],
    ["p.json", '["SELECT 1", "SELECT \'ü\'"]'],
    ["p.json", '[{"predicted": "SELECT 1", "query": "gold"}, {"query": "SELECT \'ü\'"}]'],
    ["p.json", '{"summary": {}, "details": [{"predicted": "SELECT 1"}, {"predicted": "SELECT \'ü\'"}]}'],
    ["p.jsonl", '"SELECT 1"\n{"sql": "SELECT \'ü\'"}\n'],
    ["p.txt", '{"sql": "SELECT 1"}\n{"sql": "SELECT \'ü\'"}\n'],
  ])("%s: %j", async (name, text) => {
    const path = await file(name, text);
    expect(await readPredictions(path, goldOf(2))).toEqual({ sql: ["SELECT 1", "SELECT 'ü'"], notes: [] });
    expect(await readPredictionFile(path)).toEqual(["SELECT 1", "SELECT 'ü'"]);
  });

  test("a prediction may open with a bracket or brace", async () => {
    const path = await file("p", "[INST] SELECT 1\n{ SELECT 2\n");
    expect((await readPredictions(path, goldOf(2))).sql).toEqual(["[INST] SELECT 1", "{ SELECT 2"]);
  });

  test("blank lines part dialogues, or stand for empty answers where the gold has no dialogues", async () => {
    const path = await file("p", "SELECT 1\n\nSELECT 2\n");
    expect(await readPredictions(path, goldOf(2))).toEqual({ sql: ["SELECT 1", "SELECT 2"], notes: [] });
    expect(await readPredictions(path, goldOf(1, 1))).toEqual({ sql: ["SELECT 1", "SELECT 2"], notes: [] });
    const { sql, notes } = await readPredictions(path, goldOf(3));
    expect(sql).toEqual(["SELECT 1", "", "SELECT 2"]);
    expect(notes).toEqual([expect.stringContaining("1 blank lines are counted as empty answers")]);
    const shifted = await file("p", "SELECT 1\nSELECT 2\n\nSELECT 3\n");
    await expect(readPredictions(shifted, goldOf(1, 2))).rejects.toThrow("dialogue 1 has 2 queries, in the gold 1;");
    await expect(readPredictions(shifted, goldOf(2, 2))).rejects.toThrow("has 3 predictions for 4 gold queries");
  });

  test("null is an empty answer; other values are refused, all named", async () => {
    const path = await file("p.json", '[null, {"sql": null}, "SELECT 1"]');
    expect((await readPredictions(path, goldOf(3))).sql).toEqual(["", "", "SELECT 1"]);
    const wrong = await file("p.json", '[1, {"answer": "SELECT 1"}, [], "SELECT 1"]');
    await expect(readPredictions(wrong, goldOf(4))).rejects.toThrow(
      "no SQL in row 0, 1, 2; expected a text, or an object",
    );
  });

  test("a database beside the query that is not the gold's is told, and the gold's taken", async () => {
    const path = await file("p", "SELECT 1\tshop\nSELECT 2\tzoo\n");
    const { notes } = await readPredictions(path, goldOf(2));
    expect(notes).toEqual([
      expect.stringContaining(
        "1 predictions name another database than the gold does, row 1 the first (zoo, gold shop)",
      ),
    ]);
  });

  test("a query of 10 MB on one line", async () => {
    const long = `SELECT '${"x".repeat(10_000_000)}'`;
    const path = await file("p", `${long}\nSELECT 1\n`);
    const { sql } = await readPredictions(path, goldOf(2));
    expect(sql.map((query) => query.length)).toEqual([long.length, 8]);
  });

  test.each([
    ["", "is empty"],
    ["SELECT 1\n", "has 1 predictions for 2 gold queries; one for each, in the same order"],
    ["a\nb\nc\n", "has 3 predictions for 2 gold queries"],
  ])("%j is refused", async (text, words) => {
    await expect(readPredictions(await file("p.sql", text), goldOf(2))).rejects.toThrow(words);
  });
});
