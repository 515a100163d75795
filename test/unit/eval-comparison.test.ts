import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, test } from "vitest";
import { middle95, resampledShares } from "../../src/eval/comparison/bootstrap.js";
import { randomBits } from "../../src/eval/comparison/random-bits.js";
import { compareReports, type EvalReport, mcnemarExact, readReport, scorePredictions } from "../../src/eval/index.js";

describe("McNemar's exact test", () => {
  // statsmodels 0.14, mcnemar(exact=True); SciPy's binomtest gives the same digits.
  it.each([
    [0, 0, 1],
    [1, 0, 1],
    [5, 0, 0.0625],
    [3, 1, 0.625],
    [10, 3, 0.09228515625],
    [25, 25, 1],
    [120, 94, 0.08722041670227526],
    [94, 120, 0.08722041670227526],
    [300, 201, 1.1244924767959947e-5],
    [2000, 1800, 0.0012427867782632013],
    [1, 1000, 9.351301457402253e-299],
  ])("%i won and %i lost", (won, lost, p) => {
    expect(Math.abs(mcnemarExact(won, lost) / p - 1)).toBeLessThan(1e-10);
  });
});

describe("bootstrap", () => {
  const outcomes = (right: number, rows: number) => Uint8Array.from({ length: rows }, (_, i) => Number(i < right));

  it("percentiles are interpolated as NumPy's", () => {
    const [low, high] = middle95(Float64Array.of(64, 2, 1, 8, 4, 32, 16));
    expect(low).toBeCloseTo(1.15, 12);
    expect(high).toBeCloseTo(59.2, 12);
  });

  it("shares of resamples are binomial: every number of right rows as often as it should be", () => {
    const rows = 5;
    const resamples = 40_000;
    const [shares] = resampledShares([outcomes(2, rows)], { resamples, seed: 1 });
    const counts = new Array<number>(rows + 1).fill(0);
    for (const share of shares!) counts[Math.round(share * rows)]!++;
    const choose = [1, 5, 10, 10, 5, 1];
    let chiSquare = 0;
    for (const [k, ways] of choose.entries()) {
      const expected = resamples * ways * 0.4 ** k * 0.6 ** (rows - k);
      chiSquare += (counts[k]! - expected) ** 2 / expected;
    }
    // The 99.9th percentile with 5 degrees of freedom.
    expect(chiSquare).toBeLessThan(20.5);
  });

  it("pairs the systems: one and the same system never differs from itself", () => {
    const [a, b] = resampledShares([outcomes(3, 9), outcomes(3, 9)], { resamples: 500 });
    expect(a).toEqual(b);
  });

  it("gives the same numbers for a seed, others for another", () => {
    const shares = (seed?: number) => resampledShares([outcomes(20, 50)], { resamples: 50, seed })[0]!;
    expect(shares()).toEqual(shares(42));
    expect(shares(1)).not.toEqual(shares(2));
    expect(shares(0)).not.toEqual(shares(1));
  });

  it("draws xoshiro128**'s numbers: the bits of each are even", () => {
    const random = randomBits(7);
    const ones = new Array<number>(32).fill(0);
    const draws = 20_000;
    for (let i = 0; i < draws; i++) {
      const bits = random();
      for (let bit = 0; bit < 32; bit++) ones[bit]! += (bits >>> bit) & 1;
    }
    // Five standard deviations.
    for (const count of ones) expect(Math.abs(count - draws / 2)).toBeLessThan(5 * Math.sqrt(draws / 4));
  });
});

/** A report of `rows` questions, of which those in `right` are right by string match. */
async function reportOf(rows: number, right: (i: number) => boolean, gold = (i: number) => `SELECT ${i}`) {
  return scorePredictions(
    Array.from({ length: rows }, (_, i) => ({
      ...{ id: `dev:${i}`, question: `q${i}`, dbId: "shop" },
      sql: gold(i),
      predicted: right(i) ? gold(i) : "SELECT -1",
    })),
  );
}

describe("comparing reports", () => {
  test("rows won and lost, the test and the intervals", async () => {
    // 700 right in both, 94 in the first alone, 120 in the second alone.
    const n = 1034;
    const a = { name: "a", report: await reportOf(n, (i) => i < 794) };
    const b = { name: "b", report: await reportOf(n, (i) => i < 700 || (i >= 794 && i < 914)) };
    const { verdicts, questions, notes } = compareReports([a, b]);
    expect([questions, notes, verdicts.map(({ verdict }) => verdict)]).toEqual([n, [], ["exact_match"]]);
    const [{ judged, scores, pairs }] = verdicts as [(typeof verdicts)[number]];
    expect(judged).toBe(n);
    expect(scores.map(({ name, score }) => [name, score])).toEqual([
      ["a", 794 / n],
      ["b", 820 / n],
    ]);
    // Exact: the quantiles of the binomial distribution, by SciPy; a resample more or less on the edge is one row.
    expect(scores[0]!.interval[0]).toBeCloseTo(0.7418, 2);
    expect(scores[0]!.interval[1]).toBeCloseTo(0.793, 2);
    const [pair] = pairs as [(typeof pairs)[number]];
    expect(pair).toMatchObject({ a: "a", b: "b", both_right: 700, both_wrong: 120, difference: 26 / n });
    expect([pair.won.length, pair.won[0], pair.lost.length, pair.lost[0]]).toEqual([120, 794, 94, 700]);
    expect(pair.p).toBeCloseTo(0.08722041670227526, 12);
    // SciPy's bootstrap of the same differences with 200,000 resamples: -0.0029 to 0.0532.
    expect(pair.interval[0]).toBeCloseTo(-0.0029, 2);
    expect(pair.interval[1]).toBeCloseTo(0.0532, 2);
  });

  test("every pair of three, rows that one could not judge left out, reports without the verdict too", async () => {
    const [a, b, c, d] = await Promise.all([1, 2, 3, 3].map((right) => reportOf(4, (i) => i < right)));
    const give = (report: EvalReport, ex: (boolean | null)[]) => {
      for (const [i, verdict] of ex.entries()) report.details[i]!.ex = verdict;
    };
    give(a!, [true, false, null, true]);
    give(b!, [true, true, true, true]);
    give(c!, [false, true, true, null]);
    const named = [a, b, c, d].map((report, i) => ({ name: "abcd"[i]!, report: report! }));
    const { verdicts } = compareReports(named, { resamples: 200 });
    expect(verdicts.map(({ verdict, scores }) => [verdict, scores.length])).toEqual([
      ["ex", 3],
      ["exact_match", 4],
    ]);
    expect(verdicts[0]).toMatchObject({ judged: 2 });
    expect(verdicts[0]!.pairs.map(({ a, b, won, lost }) => [a, b, won, lost])).toEqual([
      ["a", "b", [1], []],
      ["a", "c", [1], [0]],
      ["b", "c", [], [0]],
    ]);
    expect(compareReports(named, { verdicts: ["em"], resamples: 10 }).verdicts).toEqual([]);
  });

  test("other gold is refused, with what differs", async () => {
    const a = { name: "a.json", report: await reportOf(3, () => true) };
    const shorter = { name: "b.json", report: await reportOf(2, () => true) };
    const other = {
      name: "c.json",
      report: await reportOf(
        3,
        () => true,
        (i) => `SELECT ${i === 1 ? "x" : i}`,
      ),
    };
    expect(() => compareReports([a, shorter, other])).toThrow(
      [
        "the reports are about different questions, so no row can be compared:",
        "  a.json has 3 rows, b.json 2",
        '  row 1 of a.json is "shop: SELECT 1", of c.json "shop: SELECT x"',
        "Score all systems on the same gold file",
      ].join("\n"),
    );
    expect(() => compareReports([a])).toThrow("1 report was given; at least two");
  });

  test("other databases and rules are told", async () => {
    const a = { name: "a", report: await reportOf(3, () => true) };
    const b = { name: "b", report: await reportOf(3, () => true) };
    a.report.summary.checksums.databases = "1";
    b.report.summary.checksums.databases = "2";
    b.report.summary.definition.rules.keep_distinct = true;
    expect(compareReports([a, b], { resamples: 10 }).notes).toEqual([
      "a and b were scored with other databases and other rules.",
    ]);
  });
});

describe("reading a report", () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "sqltune-compare-"));
  });
  afterAll(() => rm(folder, { recursive: true }));

  test("from its file, from its folder, from a run's folder", async () => {
    const report = await reportOf(1, () => true);
    for (const place of ["file", "run/eval", "quick/eval/tuned"]) {
      await mkdir(join(folder, place), { recursive: true });
      await writeFile(join(folder, place, "eval.json"), `\uFEFF${JSON.stringify(report)}`);
    }
    const plain = JSON.parse(JSON.stringify(report));
    for (const path of ["file/eval.json", "file", "run", "run/eval", "quick"])
      expect(await readReport(join(folder, path))).toEqual(plain);
  });

  test.each([
    ["absent.json", null, /there is no .*absent\.json\. Expected a report that sqltune eval --output wrote/],
    ["text.json", "SELECT 1", /text\.json is no JSON\. Expected/],
    ["list.json", "[]", /list\.json is no report: .*Expected/],
    ["other.json", '{"summary": {}, "details": []}', /other\.json is no report: summary\.checksums: /],
    ["old.json", '{"summary": {}, "details": [{"gold_sql": "SELECT 1"}]}', /written by an earlier sqltune/],
  ])("%s is refused in plain words", async (name, content, words) => {
    if (content !== null) await writeFile(join(folder, name), content);
    await expect(readReport(join(folder, name))).rejects.toThrow(words);
  });

  test("a folder without a report is refused", async () => {
    await mkdir(join(folder, "empty"));
    await expect(readReport(join(folder, "empty"))).rejects.toThrow(/empty has no report; looked for eval\.json/);
  });
});
