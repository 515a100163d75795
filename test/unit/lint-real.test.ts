import { describe, expect, it } from "vitest";
import { createPipeline } from "../../src/data/create-pipeline.js";
import type { DataOptions } from "../../src/data/options.js";
import { lintDataset } from "../../src/lint/lint-dataset.js";
import type { LintContext, LintReport } from "../../src/lint/types.js";
import { options } from "./data-fixture.js";
import { sharedPath } from "./data-shared.js";

const lint = async (given: Partial<DataOptions>, context: LintContext = {}): Promise<LintReport> =>
  lintDataset(await (await createPipeline(options(".", given))).prepare(), context);
const finding = ({ findings }: LintReport, check: string) => findings.find((found) => found.check === check);

const csv = sharedPath("data/spider/spider_text_sql.csv");
const dev = sharedPath("data/spider/dev.json");
describe.skipIf(csv === null || dev === null)("the seed's CSV", () => {
  it("holds Spider's dev set in its last rows, and leaks by its random split", async () => {
    const report = await lint({ datasetName: "spider-csv", csv }, { against: [dev!] });
    const against = finding(report, "against-rows")!;
    expect(against.severity).toBe("error");
    expect(against.message).toMatch(/^rows 7000-8033 of spider_text_sql\.csv are the 1034 rows of dev\.json, in order/);
    const rows = against.rows.slice(0, 1034);
    expect(rows.map(({ row, detail }) => `${row} ${detail}`)).toEqual(
      Array.from({ length: 1034 }, (_, i) => `${7000 + i} dev.json:${i}`),
    );
    // The header is line 1, and no field has a line break.
    expect(rows[0]).toMatchObject({ id: "spider_text_sql.csv:7000", line: 7002 });
    const leak = finding(report, "sql-in-train")!;
    expect(leak).toMatchObject({ severity: "error", count: 313 });
    expect(leak.message).toMatch(/^the random split leaks 77\.9 % of the test SQL: 313 of 402 test queries/);
    expect(leak.fix).toMatch(/data\.split: database/);
    // Two of Spider's three broken queries are broken in their syntax, which shows without a database.
    expect(finding(report, "gold-unparsable")!.rows.map(({ row }) => row)).toEqual([4513, 4514]);
  });
});

const spider = dev?.replace(/\/dev\.json$/, "") ?? null;
describe.skipIf(spider === null)("Spider", () => {
  it("has three training queries that do not run, and eight dev questions about an empty table", async () => {
    const report = await lint({ datasetName: "spider", path: spider }, { against: [dev!] });
    const fails = finding(report, "gold-fails")!;
    expect(fails.rows.map(({ id, detail }) => [id, detail])).toEqual([
      ["train_spider.json:3153", "no such table: Ref_Company_Types"],
      ["train_spider.json:4513", "ORDER BY clause should come after INTERSECT not before"],
      ["train_spider.json:4514", "ORDER BY clause should come after INTERSECT not before"],
    ]);
    const empty = finding(report, "empty-table")!.rows.filter(({ detail }) => detail === "rankings of wta_1");
    expect(empty.map(({ row }) => row)).toEqual([459, 460, 469, 470, 471, 472, 479, 480]);
    expect(finding(report, "database-missing")!.rows.map(({ detail }) => detail.split(":")[0])).toEqual([
      "soccer_1",
      "baseball_1",
    ]);
    // dev.json is the test set itself, and its databases are its own.
    for (const check of ["against-rows", "shared-database", "question-in-two-splits", "near-question-in-two-splits"]) {
      expect(finding(report, check)).toBeUndefined();
    }
    expect(finding(report, "sql-in-train")).toMatchObject({ severity: "note", count: 8 });
    expect(report.findings.filter(({ severity }) => severity === "error").map(({ check }) => check)).toEqual([
      "gold-fails",
    ]);
  }, 240_000);
});
