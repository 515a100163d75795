import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { LINT_CHECKS } from "../../src/lint/lint-checks.js";
import { lintText } from "../../src/lint/lint-text.js";
import type { LintReport, LintRow } from "../../src/lint/types.js";

const row = (i: number, more: Partial<LintRow> = {}): LintRow => ({
  ...{ id: `rows.csv:${i}`, file: "rows.csv", row: i, line: i + 2, split: "train", detail: "" },
  ...{ question: `Question\n  ${i}?`, sql: "SELECT a,\n       b FROM t" },
  ...more,
});

const report = (rows: LintRow[]): LintReport => ({
  findings: [
    {
      check: "gold-fails",
      severity: "error",
      message: "3 gold queries do not run",
      count: rows.length,
      fix: "Mend them.",
      rows,
    },
  ],
  summary: {
    rows: { train: 1200, validation: 3, test: 4, dropped: 0 },
    distinct_sql: { train: 1200, validation: 3, test: 4 },
    ...{ databases: 0, errors: 1, warnings: 0, notes: 0, seconds: 1.25 },
    skipped: [{ checks: ["row-too-long", "answer-too-long"], reason: "no tokenizer" }],
  },
});

describe("lintText", () => {
  it("shows place, detail and texts of the first rows, one line each, cut to the width", () => {
    const rows = [
      row(0, { detail: "no such\ncolumn" }),
      row(1, { line: null, split: null, question: null, sql: null }),
      row(2),
    ];
    expect(lintText(report(rows), { shown: 2, width: 40 })).toBe(
      [
        "1,207 rows (1200 train, 3 validation, 4 test)",
        "",
        "error  gold-fails: 3 gold queries do not run",
        "  rows.csv:0 (line 2, train): no such c…",
        "      Question 0?",
        "      SELECT a, b FROM t",
        "  rows.csv:1",
        "  … and 1 more (--max, --json)",
        "  fix: Mend them.",
        "",
        "not checked: row-too-long, answer-too-long (no tokenizer)",
        "",
        "1 error, 0 warnings, 0 notes in 1.25 s.",
      ].join("\n"),
    );
  });

  it("shows no row where none is asked for, and says when nothing was found", () => {
    expect(lintText(report([row(0)]), { shown: 0 })).toContain("do not run\n  … and 1 more");
    expect(lintText({ ...report([]), findings: [] })).toMatch(/\nNothing found\.$/);
  });
});

it("docs/data.md explains every check", () => {
  const page = readFileSync(fileURLToPath(new URL("../../docs/data.md", import.meta.url)), "utf8");
  expect(LINT_CHECKS.filter((check) => !page.includes(`\`${check}\``))).toEqual([]);
});
