import { PassThrough } from "node:stream";
import { text } from "node:stream/consumers";
import { describe, expect, it } from "vitest";
import { createPrinter } from "../../src/cli/io.js";
import { parseMetrics } from "../../src/cli/metrics-flag.js";
import { createProgress, downloadProgress } from "../../src/cli/progress.js";
import { resultTable } from "../../src/cli/result-table.js";
import { scoreTable, summaryTable } from "../../src/cli/score-table.js";
import type { EvalScores, EvalSummary } from "../../src/eval/index.js";

const scores = (questions: number, ex: number | null, exact_match: number | null): EvalScores => {
  const judged = ex === null ? 0 : questions;
  return { questions, em: null, em_judged: 0, ex, ex_judged: judged, ts: ex, ts_judged: judged, exact_match };
};

function summary(ex: number | null, exact_match: number): EvalSummary {
  const none = scores(0, null, null);
  const misses = { does_not_parse: 4, wrong_value: 5 } as EvalSummary["misses"]["by_kind"];
  return {
    ...scores(10, ex, exact_match),
    ...{ em_correct: 0, ex_correct: 0, ts_correct: 0, exact_matches: 0, parsed: 9 },
    failures: { error: 3, timeout: 1 },
    gold_failures: 0,
    official_script_errors: 0,
    by_hardness: { easy: scores(7, ex, 0), medium: scores(3, null, 0), hard: none, extra: none },
    by_category: { simple: scores(4, ex, exact_match), filter: none, aggregation: scores(6, ex, 0.5) },
    by_database: {},
    components: null,
    misses: {
      total: 9,
      by_kind: misses,
      by_hardness: { easy: misses, medium: {}, hard: {}, extra: {}, unknown: {} },
    },
    invented_names: { questions: 0, share: 0 },
    databases: { named: 1, missing: {}, corrupt: {}, without_suite: {} },
    ...{ mean_confidence: null, reliability: null, answered: null },
    definition: {
      evaluator: "test-suite",
      rules: { keep_distinct: false, plug_value: false, value_placeholder: false },
      metrics: {},
      schemas: null,
    },
    checksums: { gold: "0", tables: null, databases: null, suites: null },
    ...{ seconds: 1, query_seconds: 1 },
  };
}

describe("scoreTable", () => {
  it("sets models side by side", () => {
    expect(scoreTable({ base: summary(0.1, 0), tuned: summary(1, 0.25) }, ["ex", "string"])).toBe(
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

  it("shows a dash where nothing was judged, and never NaN", () => {
    expect(scoreTable({ score: summary(null, 0.25) }, ["string"]).split("\n")).toEqual([
      "                     score",
      "string match        25.0 %",
      "  simple (4)        25.0 %",
      "  aggregation (6)   50.0 %",
    ]);
    expect(scoreTable({ score: summary(null, 0.25) }, ["ex"])).toMatch(/^execution accuracy +-$/m);
  });
});

describe("summaryTable", () => {
  it("sets one system's metrics side by side, by hardness and category, with its misses", () => {
    expect(summaryTable(summary(0.1, 0.25), ["em", "ex", "ts", "string", "loss"]).split("\n")).toEqual([
      "              questions   em       ex       ts   string",
      "all                  10    -   10.0 %   10.0 %   25.0 %",
      "easy                  7    -   10.0 %   10.0 %    0.0 %",
      "medium                3    -        -        -    0.0 %",
      "simple                4    -   10.0 %   10.0 %   25.0 %",
      "aggregation           6    -   10.0 %   10.0 %   50.0 %",
      "judged                     0       10       10       10",
      "",
      "why it is wrong   questions   easy   medium",
      "wrong value               5      5        0",
      "does not parse            4      4        0",
    ]);
  });

  it("adds what the model's loss says", () => {
    const answer_loss = { loss: 0.5, perplexity: 1.6487, token_accuracy: 0.875, tokens: 8, rows_too_long: 0 };
    const lines = summaryTable({ ...summary(1, 1), answer_loss }, ["ex", "loss"]).split("\n");
    expect(lines.at(-1)).toBe("loss 0.5000, perplexity 1.649, token accuracy 87.5 %");
  });
});

describe("parseMetrics", () => {
  it("takes what can be had, or what is asked for", () => {
    expect(parseMetrics(undefined, { ts: "--suites DIR" })).toEqual(["em", "ex", "string", "loss"]);
    expect(parseMetrics(" EX,exact_match, ex ", { ts: "--suites DIR" })).toEqual(["ex", "string"]);
  });

  it.each([
    [
      "bleu,ts",
      /^--metrics bleu,ts: bleu is no metric\. The metrics are em, ex, ts, string, loss\.\n--metrics ts needs --suites DIR\.$/,
    ],
    [",", /^--metrics ,: nothing is no metric/],
    ["toString", /tostring is no metric/],
  ])("refuses %j", (list, words) => {
    expect(() => parseMetrics(list, { ts: "--suites DIR" })).toThrow(words);
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
