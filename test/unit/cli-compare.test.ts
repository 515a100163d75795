import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { cli } from "./cli-io.js";
import { scoringFlags, writeScoringFiles } from "./scoring-files.js";

let folder: string;
const at = (...names: string[]) => join(folder, ...names);

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "sqltune-cli-compare-"));
  await writeScoringFiles(folder);
});
afterAll(() => rm(folder, { recursive: true }));

describe("compare", () => {
  beforeAll(async () => {
    for (const [name, ...more] of [["a"], ["b"], ["less", "--max-samples", "2"]] as [string, ...string[]][]) {
      const words = scoringFlags(folder, name === "b" ? "b.sql" : "a.sql");
      const { code, err } = await cli([...words, ...more, "--output", at("compare", name, "eval.json")]);
      expect(code, err).toBe(0);
    }
  });

  it("shows scores, differences and the rows won and lost", async () => {
    const { code, out, err } = await cli([
      "compare",
      at("compare/a"),
      at("compare/b/eval.json"),
      "--metrics",
      "ts",
      "--rows",
    ]);
    expect(code, err).toBe(0);
    expect(out).toContain(`  A  ${at("compare/a")}\n  B  ${at("compare/b/eval.json")}\n`);
    expect(out).toMatch(/^test-suite accuracy, 4 rows judged in all$/m);
    expect(out).toMatch(/^A +25\.0 % +0\.0 to 75\.0$/m);
    expect(out).toMatch(/^B against A +\+50\.0 +0\.0 to \+100\.0 +2 +0 +0\.5000$/m);
    expect(out).toContain("rows that part the reports by test-suite accuracy: 2\n");
    expect(out).toContain(
      "B won against A: row 0, shop: How many?\n  gold  SELECT count(*) FROM item\n  A     SELECT 2\n  B     SELECT count(*) FROM item\n",
    );
  });

  it("prints one JSON object", async () => {
    const { out } = await cli(["compare", at("compare/a"), at("compare/b"), at("compare/a"), "--rows", "--json"]);
    const comparison = JSON.parse(out);
    expect(comparison).toMatchObject({ questions: 4, resamples: 10_000, seed: 42 });
    expect(comparison.reports).toEqual([at("compare/a"), at("compare/b"), `${at("compare/a")} (2)`]);
    const ex = comparison.verdicts.find((it: { verdict: string }) => it.verdict === "ex");
    expect(ex.pairs.map(({ won, lost, p }: { won: number[]; lost: number[]; p: number }) => [won, lost, p])).toEqual([
      [[2], [], 1],
      [[], [], 1],
      [[], [2], 1],
    ]);
    expect(comparison.rows[0]).toMatchObject({ outcome: "won", index: 0, predicted_a: "SELECT 2" });
  });

  it.each<[string, () => string[], number, RegExp]>([
    ["one report", () => [at("compare/a")], 2, /compare needs at least two reports/],
    ["nothing", () => [], 2, /compare --help/],
    ["what is not there, all of it", () => [at("x"), at("y")], 1, /there is no .*x\. .*\n.*there is no .*y\./],
    ["reports of other questions", () => [at("compare/a"), at("compare/less")], 1, /has 4 rows, .*less 2/],
    [
      "metrics that reports lack",
      () => [at("compare/a"), at("compare/b"), "--metrics", "loss"],
      2,
      /loss needs the models/,
    ],
  ])("refuses %s", async (_, words, exitCode, text) => {
    const { code, err } = await cli(["compare", ...words()]);
    expect(err).toMatch(text);
    expect(code).toBe(exitCode);
  });
});
