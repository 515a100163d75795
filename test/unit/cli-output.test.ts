import { PassThrough } from "node:stream";
import { text } from "node:stream/consumers";
import { describe, expect, it } from "vitest";
import { createPrinter } from "../../src/cli/io.js";
import { createProgress, downloadProgress } from "../../src/cli/progress.js";
import { resultTable } from "../../src/cli/result-table.js";
import { scoreTable } from "../../src/cli/score-table.js";
import type { EvalScores, EvalSummary } from "../../src/eval/index.js";

const scores = (questions: number, ex: number | null, exact_match: number | null): EvalScores => ({
  questions,
  ex,
  exact_match,
  ex_judged: ex === null ? 0 : questions,
});

function summary(ex: number | null, exact_match: number): EvalSummary {
  return {
    ...scores(10, ex, exact_match),
    exact_matches: 0,
    ex_correct: 0,
    failures: { error: 3, timeout: 1 },
    by_category: { simple: scores(4, ex, exact_match), filter: scores(0, null, null), aggregation: scores(6, ex, 0.5) },
    by_database: {},
    mean_confidence: null,
    seconds: 1,
  };
}

describe("scoreTable", () => {
  it("sets models side by side", () => {
    expect(scoreTable({ base: summary(0.1, 0), tuned: summary(1, 0.25) }, ["em", "ex"])).toBe(
      [
        "                              base     tuned",
        "execution accuracy          10.0 %   100.0 %",
        "  simple (4)                10.0 %   100.0 %",
        "  aggregation (6)           10.0 %   100.0 %",
        "  questions judged              10        10",
        "  answers that do not run        4         4",
        "string match                 0.0 %    25.0 %",
        "  simple (4)                 0.0 %    25.0 %",
        "  aggregation (6)           50.0 %    50.0 %",
      ].join("\n"),
    );
  });

  it("shows string match alone where nothing could be executed, and never NaN", () => {
    expect(scoreTable({ score: summary(null, 0.25) }, ["em"]).split("\n")).toEqual([
      "                     score",
      "string match        25.0 %",
      "  simple (4)        25.0 %",
      "  aggregation (6)   50.0 %",
    ]);
    expect(scoreTable({ score: summary(null, 0.25) }, ["ex"])).toMatch(/^execution accuracy +-$/m);
  });
});

describe("resultTable", () => {
  it("aligns columns, names NULL, and cuts long values", () => {
    expect(
      resultTable(
        ["name", "n"],
        [
          ["Ann", 1],
          [null, 2.5],
          ["x".repeat(50), 10],
        ],
      ),
    ).toBe(
      [
        `name${" ".repeat(36)}  n`,
        `${"-".repeat(40)}  ---`,
        `Ann${" ".repeat(37)}  1`,
        `NULL${" ".repeat(36)}  2.5`,
        `${"x".repeat(37)}...  10`,
      ].join("\n"),
    );
  });
});

function streams() {
  const [stdin, stdout, stderr] = [new PassThrough(), new PassThrough(), new PassThrough()];
  const io = { words: [], stdin, stdout, stderr, signal: new AbortController().signal };
  const written = async () => {
    stdout.end();
    stderr.end();
    return { out: await text(stdout), err: await text(stderr) };
  };
  return { io, written };
}

describe("createPrinter", () => {
  it.each([
    [false, { out: "a result\n", err: "a note\n" }],
    [true, { out: '{"a":1}\n', err: "a note\n" }],
  ])("json %s", async (json, expected) => {
    const { io, written } = streams();
    const print = createPrinter(io, json);
    print.note("a note");
    print.text("a result");
    print.record({ a: 1 });
    expect(await written()).toEqual(expected);
  });
});

describe("createProgress on a pipe", () => {
  it("writes a line for each tenth, anew for each thing", async () => {
    const { io, written } = streams();
    const progress = createProgress(io.stderr);
    const onDownload = downloadProgress(progress);
    for (let received = 0; received <= 2_000_000; received += 50_000)
      onDownload({ file: "a.gguf", received, total: 2_000_000 });
    for (const done of [0, 1, 2]) progress.update("asking", done, 2, `${done}/2 questions`);
    const { out, err } = await written();
    const lines = err.trimEnd().split("\n");
    expect(out).toBe("");
    expect(lines[0]).toBe("downloading 10 % | 200.0 kB of 2.0 MB, a.gguf");
    expect(lines.slice(9)).toEqual([
      "downloading 100 % | 2.0 MB of 2.0 MB, a.gguf",
      "asking 50 % | 1/2 questions",
      "asking 100 % | 2/2 questions",
    ]);
  });
});
