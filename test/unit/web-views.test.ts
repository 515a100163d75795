import { describe, expect, it } from "vitest";
import type { PageRow } from "../../src/eval/html-report/page-data.js";
import type { RunEvent } from "../../src/observe/events.js";
import { filterFrom, queryOf, rowMatcher } from "../../web/src/results/row-filter.js";
import { comparedSegments, sqlSegments } from "../../web/src/results/sql-segments.js";
import { aligned, comparedCurves, curvesOf, smoothed, valueText } from "../../web/src/runs/curve.js";
import { differingKeys, flatConfig } from "../../web/src/runs/flat-config.js";
import { durationText, leftText, secondsLeft } from "../../web/src/runs/time-text.js";
import { eventsOf } from "./run-folders.js";

describe("curves", () => {
  it("are those that the run's events have values of", () => {
    const curves = curvesOf(eventsOf(20, 40, 1e-3));
    expect(curves.map(({ key, series }) => [key, series.map(({ label }) => label)])).toEqual([
      ["loss", ["training", "evaluation"]],
      ["scores", ["EX", "EM", "tokens right"]],
      ["lr", ["learning rate"]],
      ["grad_norm", ["gradient norm"]],
      ["tokens", ["tokens/s"]],
    ]);
    expect(curves[1]!.series[0]!.points).toEqual([
      [10, 0.125],
      [20, 0.25],
    ]);
    expect(curvesOf([])).toEqual([]);
  });

  it("leave out what was not judged, and what JSON has no number for", () => {
    const events = [
      { event: "eval", step: 5, eval_loss: null, ex: null, token_accuracy: 0.5 },
      { event: "train", step: 5, loss: Number.NaN },
    ] as unknown as RunEvent[];
    expect(curvesOf(events).map(({ key }) => key)).toEqual(["scores"]);
  });

  it("are smoothed as TensorBoard smooths: the mean of what came before, its start corrected", () => {
    const constant = [1, 2, 3].map((step): [number, number] => [step, 7]);
    for (const [, value] of smoothed(constant, 0.9)) expect(value).toBeCloseTo(7, 12);
    // (0.5 * 0.5 * 0 + 0.5 * 8) / (1 - 0.5 ** 2)
    expect(
      smoothed(
        [
          [1, 0],
          [2, 8],
        ],
        0.5,
      )[1]![1],
    ).toBeCloseTo(4 / 0.75, 12);
    expect(
      smoothed(
        [
          [1, 3],
          [2, 5],
        ],
        0,
      ),
    ).toEqual([
      [1, 3],
      [2, 5],
    ]);
  });

  it("stand on common steps", () => {
    expect(
      aligned([
        [
          [1, 10],
          [3, 30],
        ],
        [
          [2, 20],
          [3, 31],
        ],
      ]),
    ).toEqual({
      steps: [1, 2, 3],
      values: [
        [10, null, 30],
        [null, 20, 31],
      ],
    });
  });

  it("of several runs are a chart a measure, with a line a run", () => {
    const runs = [
      { id: "a", events: eventsOf(40, 40, 1e-3) },
      { id: "b", events: eventsOf(6, 40, 5e-4) },
    ];
    const of = (key: string) => comparedCurves(runs).find((curve) => curve.key === key)!.series;
    expect(of("loss").map(({ label, mark }) => [label, mark])).toEqual([
      ["a", 1],
      ["b", 2],
    ]);
    // The second was never evaluated; the first keeps its colour.
    expect(of("ex").map(({ label, mark }) => [label, mark])).toEqual([["a", 1]]);
  });

  it.each([
    [0.123456, false, "0.1235"],
    [4.16e-7, false, "4.16e-7"],
    [2613.4, false, "2,613"],
    [0.8492, true, "84.9 %"],
    [0, false, "0"],
    [null, false, "–"],
  ])("write %j as a reader wants it", (value, share, text) => expect(valueText(value, share)).toBe(text));
});

describe("a run's time", () => {
  it.each([
    [9.6, "10 s"],
    [185, "3 min 05 s"],
    [7650, "2 h 07 min"],
  ])("of %d s", (seconds, text) => expect(durationText(seconds)).toBe(text));

  it("left is told by the pace of this session, and roughly", () => {
    const run = { started: "2026-01-01T00:00:00Z", heartbeat: "2026-01-01T00:01:40Z", steps: 200 };
    expect(secondsLeft({ ...run, step: 100 })).toBe(100);
    // A resumed run did its first 90 steps before.
    expect(secondsLeft({ ...run, step: 100 }, 90)).toBe(1000);
    expect(secondsLeft({ ...run, step: 0 })).toBe(null);
    expect([3, 61, 200, 4000].map(leftText)).toEqual([
      ...["about 5 s left", "about 60 s left", "about 3 min left", "about 1 h 07 min left"],
    ]);
  });
});

describe("configs", () => {
  const config = {
    lora: { r: 8, target_modules: ["q", "v"] },
    evaluation: { generate: { samples: 3 } },
    data: { csv: null },
  };

  it("are flat, by their whole names", () => {
    expect(flatConfig(config).map(({ key, name, text }) => [key, name, text])).toEqual([
      ["lora.r", "r", "8"],
      ["lora.target_modules", "target_modules", '["q","v"]'],
      ["evaluation.generate.samples", "generate.samples", "3"],
      ["data.csv", "csv", "null"],
    ]);
  });

  it("differ by key, also where one lacks it", () => {
    const other = { ...config, lora: { r: 16, target_modules: ["q", "v"] }, evaluation: { generate: null } };
    expect(differingKeys([config, other, config])).toEqual([
      { key: "lora.r", values: ["8", "16", "8"] },
      { key: "evaluation.generate.samples", values: ["3", null, "3"] },
      { key: "evaluation.generate", values: [null, "null", null] },
    ]);
  });
});

describe("the rows of a report", () => {
  const metrics = [
    { key: "ex", short: "EX", name: "", definition: "" },
    { key: "em", short: "EM", name: "", definition: "" },
  ] as const;
  const row = (change: Partial<PageRow>): PageRow => ({
    ...{
      index: 0,
      id: "dev:0",
      question: "How many singers?",
      db: "concert",
      hardness: "easy",
      category: "aggregation",
    },
    ...{
      gold: "SELECT count(*) FROM singer",
      predicted: "SELECT 1",
      parsed: true,
      components: [],
      miss: null,
      failure: null,
    },
    ...{
      verdicts: { em: true, ex: false, ts: null, exact_match: false },
      seconds: 0,
      suiteSize: null,
      confidence: null,
    },
    ...{ calibrated: null, abstained: false, latencyMs: null, finishReason: null, results: null, tokens: null },
    ...change,
  });

  it("are filtered by what the address says", () => {
    const matches = (query: string, change: Partial<PageRow> = {}) =>
      rowMatcher(filterFrom(new URLSearchParams(query), metrics))(row(change));
    expect(matches("")).toBe(true);
    expect([matches("verdict=wrong"), matches("verdict=right"), matches("verdict=right&metric=em")]).toEqual([
      true,
      false,
      true,
    ]);
    expect([matches("q=SINGERS+count"), matches("q=singers+absent")]).toEqual([true, false]);
    expect([matches("hardness=unknown"), matches("hardness=unknown", { hardness: null })]).toEqual([false, true]);
    const failure = { kind: "timeout", error: "" };
    expect([matches("kind=failure:timeout"), matches("kind=failure:timeout", { failure })]).toEqual([false, true]);
  });

  it("come back from the address as they went in", () => {
    const filter = filterFrom(new URLSearchParams("metric=em&verdict=wrong&db=a+b&kind=other&q=x%26y"), metrics);
    expect(filterFrom(queryOf(filter, metrics, 3), metrics)).toEqual(filter);
    expect(String(queryOf(filterFrom(new URLSearchParams("metric=nonsense&verdict=x"), metrics), metrics, null))).toBe(
      "",
    );
  });
});

describe("SQL", () => {
  const text = (segments: readonly { space: string; text: string }[]) =>
    segments.map(({ space, text: it }) => space + it).join("");

  it("on one line is broken at its clauses, and keeps its own lines", () => {
    const sql = "SELECT a FROM t LEFT JOIN u ON t.i = u.i WHERE x IN (SELECT y FROM z) ORDER BY left(a, 1) LIMIT 3";
    expect(text(sqlSegments(sql))).toBe(
      "SELECT a\nFROM t\n  LEFT JOIN u ON t.i = u.i\nWHERE x IN (SELECT y\n  FROM z)\nORDER BY left(a, 1)\nLIMIT 3",
    );
    expect(text(sqlSegments("SELECT a,\n       b FROM t"))).toBe("SELECT a,\n       b FROM t");
  });

  it("is compared as SQLite reads it", () => {
    const { gold, predicted, same } = comparedSegments(
      "SELECT a FROM t WHERE b <> 'X'",
      "select A from T where B != 'x'",
    );
    const only = (segments: readonly { only: boolean; text: string }[]) =>
      segments.flatMap((it) => (it.only ? it.text : []));
    expect([only(gold), only(predicted), same]).toEqual([["'X'"], ["'x'"], false]);
    expect(comparedSegments("SELECT 1;", "select  1").same).toBe(true);
  });
});
