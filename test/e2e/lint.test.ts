import { spawn } from "node:child_process";
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import Database from "better-sqlite3";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { writeTrainableModel } from "../native/train-fixture.js";
import { jsonLines as toLines } from "../unit/data-fixture.js";
import { cleanRows, DATABASES, type Parts } from "../unit/lint-fixture.js";
import { jsonLines, main, scratchFolder, sqltune } from "./compiled-cli.js";

const folder = scratchFolder("lint");
afterAll(() => rmSync(folder, { recursive: true }));
const inFolder = { cwd: folder };

const config = `
model: { name: tiny-model, device: cpu }
data: { dataset_name: jsonl, path: ., schema_format: compact }
`;

function writeRows(rows: Parts): void {
  for (const [part, list] of Object.entries(rows)) writeFileSync(join(folder, `${part}.jsonl`), toLines(list));
}

beforeAll(() => {
  writeTrainableModel(join(folder, "tiny-model"));
  writeFileSync(join(folder, "sqltune.yaml"), config);
  for (const [name, ddl] of Object.entries(DATABASES)) {
    const database = new Database(join(folder, name));
    database.exec(ddl);
    database.close();
  }
});

describe("sqltune lint", () => {
  it("says that there is nothing, and --strict agrees", async () => {
    writeRows(cleanRows());
    const { code, stdout, stderr } = await sqltune(["lint", "--strict"], inFolder);
    expect(code, stderr).toBe(0);
    expect(stdout).toBe("12 rows (6 train, 3 validation, 3 test) of 3 databases\n\nNothing found.\n");
    expect(stderr).toMatch(/^config: sqltune\.yaml/m);
    expect(stderr).toMatch(/^running gold SQL 100 % \| 12\/12$/m);
  });

  describe("with faults", () => {
    beforeAll(() => {
      const rows = cleanRows();
      const weigh = (i: number) => ({
        question: `Which of ${"x".repeat(i)} weighs most?`,
        sql: "SELECT weight FROM item",
        db: "shop.sqlite",
      });
      rows.train.push(weigh(1), weigh(2), weigh(3));
      rows.test.push({ question: "Show any pupil.", sql: "SELECT name FROM pupil LIMIT 1", db: "school.sqlite" });
      writeRows(rows);
    });

    it("prints them by check with rows and fixes, and ends with 0", async () => {
      const { code, stdout, stderr } = await sqltune(["lint", "--max", "2"], inFolder);
      expect(code, stderr).toBe(0);
      expect(stdout).toContain(
        [
          "error  gold-fails: 3 gold queries do not run",
          "  train.jsonl:6 (line 7, train): no such column: weight",
          "      Which of x weighs most?",
          "      SELECT weight FROM item",
          "  train.jsonl:7 (line 8, train): no such column: weight",
          "      Which of xx weighs most?",
          "      SELECT weight FROM item",
          "  … and 1 more (--max, --json)",
          "  fix: Mend the SQL.",
        ].join("\n"),
      );
      expect(stdout).toMatch(/^note {2}gold-undetermined: 1 gold query has LIMIT without ORDER BY/m);
      expect(stdout).toMatch(/^1 error, 0 warnings, 2 notes in [\d.]+ s\.\n$/m);
    });

    it("--strict ends with 1; what is ignored, and notes, do not count", async () => {
      const strict = await sqltune(["lint", "--strict"], inFolder);
      expect(strict.code).toBe(1);
      expect(strict.stdout).toMatch(/gold-fails/);
      expect(strict.stderr).toMatch(/^error: the data has 1 error and 0 warnings \(--strict\)\.$/m);
      const ignored = await sqltune(["lint", "--strict", "--ignore", "gold-fails"], inFolder);
      expect(ignored.code, ignored.stderr).toBe(0);
      expect(ignored.stdout).not.toMatch(/gold-fails/);
      expect(ignored.stdout).toMatch(/gold-undetermined/);
    });

    it("--json is one object with every row", async () => {
      const { code, stdout, stderr } = await sqltune(["lint", "--json"], inFolder);
      expect(code, stderr).toBe(0);
      const [report, ...more] = jsonLines(stdout);
      expect(more).toEqual([]);
      expect(report.findings[0]).toEqual({
        ...{ check: "gold-fails", severity: "error", count: 3 },
        message: "3 gold queries do not run",
        fix: expect.stringMatching(/^Mend the SQL/),
        rows: [6, 7, 8].map((row) => ({
          ...{ id: `train.jsonl:${row}`, file: "train.jsonl", row, line: row + 1, split: "train" },
          detail: "no such column: weight",
          question: expect.stringMatching(/^Which of x+ weighs most\?$/),
          sql: "SELECT weight FROM item",
        })),
      });
      expect(report.summary).toMatchObject({
        rows: { train: 9, validation: 3, test: 4, dropped: 0 },
        errors: 1,
        skipped: [],
      });
    });

    it("counts tokens with the config's tokenizer, and says where there is none", async () => {
      const long = await sqltune(["lint", "--json", "--set", "model.max_seq_length=120"], inFolder);
      const checks = jsonLines(long.stdout)[0].findings.map(({ check }: { check: string }) => check);
      expect(checks).toContain("row-too-long");
      const without = await sqltune(["lint", "--json", "--set", "model.name=org/absent"], inFolder);
      expect(without.code, without.stderr).toBe(0);
      expect(jsonLines(without.stdout)[0].summary.skipped).toEqual([
        {
          checks: ["row-too-long", "answer-too-long"],
          reason: expect.stringMatching(
            /^tokens were not counted: the model org\/absent is not on this disk \(`sqltune pull/,
          ),
        },
      ]);
    });

    it("--against names the rows of another file", async () => {
      writeFileSync(
        join(folder, "held.json"),
        JSON.stringify(cleanRows().train.map(({ question, sql }) => ({ question, query: sql }))),
      );
      const { stdout, code } = await sqltune(["lint", "--against", "held.json"], inFolder);
      expect(code).toBe(0);
      expect(stdout).toMatch(
        /^error {2}against-rows: rows 0-5 of train\.jsonl are the 6 rows of held\.json, in order$/m,
      );
    });
  });

  const refused: [words: string[], code: number, text: RegExp][] = [
    [["--against", "lost.json"], 2, /--against lost\.json: there is no such file/],
    [["--ignore", "gold-fail"], 2, /--ignore gold-fail: no such check\. The checks are gold-fails, /],
    [["--max", "-1"], 2, /--max is "-1", expected a whole number of at least 0/],
    [["--config", "missing.yaml"], 2, /missing\.yaml: no such file/],
    [["--agianst", "x"], 2, /--agianst is no flag of lint\. The nearest is --against\./],
    [["--set", "data.path=lost.jsonl"], 1, /lost\.jsonl/],
  ];
  it.each(refused)("%j ends with %i", async (words, exitCode, text) => {
    const { code, stdout, stderr } = await sqltune(["lint", "--json", ...words], inFolder);
    expect(stderr).toMatch(text);
    expect(code, stderr).toBe(exitCode);
    expect(jsonLines(stdout).at(-1).error).toMatchObject({ exit_code: exitCode });
  });

  it("Ctrl-C in a query without end ends it and its processes with 130", async () => {
    const rows = cleanRows();
    const sql = "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT count(*) FROM n";
    rows.train.push({ question: "Count up to the end.", sql, db: "shop.sqlite" });
    writeRows(rows);
    // A group of its own, as a terminal gives it: Ctrl-C goes to all of it.
    const child = spawn(process.execPath, [main, "lint"], { ...inFolder, detached: true, stdio: "pipe" });
    let stderr = "";
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      stderr += text;
    });
    const ended = new Promise<number | null>((resolve) => child.once("close", resolve));
    while (!/^running gold SQL/m.test(stderr) && child.exitCode === null) await sleep(20);
    process.kill(-child.pid!, "SIGINT");
    expect(await ended, stderr).toBe(130);
    expect(stderr.trimEnd().split("\n").at(-1)).toBe("interrupted.");
    expect(() => process.kill(-child.pid!, 0)).toThrow("ESRCH");
  });
});
