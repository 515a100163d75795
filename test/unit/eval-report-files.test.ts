import { createHash } from "node:crypto";
import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { DatabasePool } from "../../src/database/index.js";
import {
  checkOutput,
  oneLineSql,
  readGoldFile,
  readPredictionFile,
  scorePredictions,
  writeEvalFiles,
} from "../../src/eval/index.js";
import { row, twoShops } from "./eval-shops.js";

let folder: string;
let pool: DatabasePool;
let databases: Map<string, string>;

beforeAll(async () => {
  ({ folder, pool, databases } = await twoShops());
});

afterAll(async () => {
  await pool.close();
  await rm(folder, { recursive: true });
});

describe("files of a report", () => {
  test.each([
    ["SELECT a\n\tFROM t  \r\n WHERE b", "SELECT a FROM t WHERE b"],
    ["SELECT a -- the name\nFROM t /* all\nof it */ LIMIT 1", "SELECT a FROM t LIMIT 1"],
    ["SELECT 'two  spaces', 'a\nb', '-- no comment'", "SELECT 'two  spaces', 'a b', '-- no comment'"],
    ["  \n", ""],
    ["-- only\n-- comments", ""],
    ["not\nsql at 'all\n", "not sql at 'all"],
  ])("%j on one line", (sql, line) => {
    expect(oneLineSql(sql)).toBe(line);
  });

  test("are written beside the report and read back", async () => {
    const rows = [row("SELECT name\nFROM item", "SELECT\tname FROM item -- done"), row("SELECT 1", "", "zoo")];
    const report = await scorePredictions(rows, { databases, pool });
    const output = join(folder, "out", "deep", "eval.json");
    const names = ["eval.json", "predictions.jsonl", "predictions.sql", "gold.sql", "report.md", "report.html"];
    const written = await writeEvalFiles(report, output, { title: "Shop | zoo" });
    expect(written).toEqual(names.map((name) => join(folder, "out", "deep", name)));
    expect((await readdir(join(folder, "out", "deep"))).sort()).toEqual([...names].sort());
    const [json, jsonl, predictions, gold, markdown, html] = await Promise.all(
      written.map((path) => readFile(path, "utf8")),
    );
    expect(JSON.parse(json!)).toEqual(JSON.parse(JSON.stringify(report)));
    expect(predictions).toBe("SELECT name FROM item\nNO_ANSWER\n");
    expect(gold).toBe("SELECT name FROM item\tshop\nSELECT 1\tzoo\n");
    expect(createHash("sha256").update(gold!).digest("hex")).toBe(report.summary.checksums.gold);
    expect(await readPredictionFile(written[2]!)).toEqual(["SELECT name FROM item", "NO_ANSWER"]);
    expect(await readGoldFile(written[3]!)).toMatchObject([
      { sql: "SELECT name FROM item", dbId: "shop" },
      { sql: "SELECT 1", dbId: "zoo" },
    ]);
    await expect(readGoldFile(written[2]!)).rejects.toThrow('line 1 is "SELECT name FROM item"');
    // Each can be scored again as it is.
    expect(await readPredictionFile(written[1]!)).toEqual([rows[0]!.predicted.trim(), ""]);
    expect(await readPredictionFile(written[0]!)).toEqual([rows[0]!.predicted.trim(), ""]);
    const answers = jsonl!
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(answers).toMatchObject([
      {
        index: 0,
        predicted: rows[0]!.predicted,
        ex: true,
        exact_match: false,
        error_kind: null,
        seconds: expect.any(Number),
      },
      { index: 1, predicted: "", ex: false, error_kind: "does_not_parse", failure: { kind: "not_readonly" } },
    ]);
    expect(markdown).toMatch(/^# Shop \\\| zoo\n\n\| {2}\| Questions \| Execution accuracy \| String match \|\n/);
    expect(markdown).toContain("| all | 2 | 50.0 % | 0.0 % |");
    expect(markdown).toContain("| does not parse | 1 |");
    expect(markdown).not.toMatch(/NaN|undefined|null/);
    expect(html).toMatch(/^<!doctype html>/i);
    // A second evaluation in the same place takes the place of the first.
    const second = await scorePredictions(rows.slice(1), { databases, pool });
    await writeEvalFiles(second, output);
    expect(await readPredictionFile(written[2]!)).toEqual(["NO_ANSWER"]);
    expect((await readdir(join(folder, "out", "deep"))).sort()).toEqual([...names].sort());
  });

  test("are left out when a row names no database", async () => {
    const report = await scorePredictions([row("SELECT 1", "SELECT 1", null)]);
    const output = join(folder, "alone", "eval.json");
    const names = ["eval.json", "predictions.jsonl", "report.md", "report.html"];
    expect(await writeEvalFiles(report, output)).toEqual(names.map((name) => join(folder, "alone", name)));
  });

  test("a place where no file can be is refused before the work", async () => {
    await mkdir(join(folder, "a-folder"));
    await writeFile(join(folder, "a-file"), "");
    await expect(checkOutput(join(folder, "a-folder"))).rejects.toThrow(
      /a-folder: that is a folder\. Name a JSON file/,
    );
    await expect(checkOutput(`${folder}/new/`)).rejects.toThrow("that is a folder");
    await expect(checkOutput(join(folder, "a-file", "eval.json"))).rejects.toThrow("a-file is a file, not a folder");
    await expect(checkOutput(join(folder, "predictions.sql"))).rejects.toThrow("is written beside the report");
    await checkOutput(join(folder, "x", "y", "eval.json"));
  });
});
