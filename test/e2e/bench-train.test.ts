import { mkdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { maxDifference } from "../native/parity-compare.js";
import { writeTrainableModel } from "../native/train-fixture.js";
import { root, runProgram, scratchFolder } from "./compiled-cli.js";

const folder = scratchFolder("bench");
const model = join(folder, "model");
beforeAll(() => {
  mkdirSync(model);
  writeTrainableModel(model, { config: { maxPositionEmbeddings: 2048 } });
});
afterAll(() => rmSync(folder, { recursive: true }));

interface Written {
  results: {
    k: number;
    tokens: number;
    packedTokens: number;
    rounds: { sqltune: { losses: number[]; seconds: number[]; tokens: number[]; memory: Memory } }[];
    sqltune: Memory;
  }[];
}
interface Memory {
  loaded: number;
  peak: number;
}

/** The benchmark on a tiny model and the sample data, which are in Spider's form. */
async function bench(...words: string[]): Promise<{ stdout: string; results: Written["results"] }> {
  const json = join(folder, "result.json");
  const script = ["--import", "jiti/register", "bench/train.ts", "--no-peer", "--json", json];
  const data = ["--model", model, "--spider", "data/sample", "--rounds", "1", "--threads", "1", "--dtype", "fp32"];
  const { code, stdout, stderr } = await runProgram(process.execPath, [...script, ...data, ...words], { cwd: root });
  expect(code, stderr).toBe(0);
  return { stdout, results: (JSON.parse(readFileSync(json, "utf8")) as Written).results };
}

describe("bench:train without the peer", () => {
  const small = ["--k", "2", "--rows", "8", "--steps", "2", "--dropout", "0"];

  it("trains the chosen rows with the library's own loop, however the step is cut", async () => {
    const whole = await bench(...small);
    const cut = await bench(...small, "--micro-batch-rows", "1", "--checkpointing", "block");
    const [a, b] = [whole, cut].map(({ results }) => results[0]!);
    const run = a!.rounds[0]!.sqltune;
    // Two counted steps after one to warm up on the first one's rows.
    expect(run.losses.length).toBe(3);
    expect(run.tokens[0]).toBe(run.tokens[1]);
    expect(a!.tokens).toBe(run.tokens[1]! + run.tokens[2]!);
    expect(run.losses[1]).toBeLessThan(run.losses[0]!);
    expect(maxDifference(b!.rounds[0]!.sqltune.losses, run.losses)).toBeLessThan(1e-4);
    expect(run.memory.peak).toBeGreaterThanOrEqual(run.memory.loaded);
    expect(whole.stdout).toMatch(/round 1: sqltune \d+ tokens\/s\n/);
  });

  it("measures more tokens a step as more groups", async () => {
    const { results } = await bench("--lengths", "--steps", "1");
    const lengths = results.map(({ packedTokens }) => packedTokens);
    expect(lengths.length).toBe(5);
    lengths.slice(1).forEach((length, i) => {
      expect(length / lengths[i]!).toBeGreaterThan(1.8);
      expect(length / lengths[i]!).toBeLessThan(2.2);
    });
  });

  it("measures the memory of the longest row", async () => {
    const { results, stdout } = await bench("--longest");
    expect(results[0]!.sqltune.peak).toBeGreaterThan(0);
    expect(stdout).toContain(`${results[0]!.tokens} tokens`);
  });
});
