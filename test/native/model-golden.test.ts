import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { loadModel, type Model } from "../../src/model/index.js";
import { maxDifference } from "./parity-compare.js";
import { lacks, sharedFolder } from "./parity-python.js";

interface GoldenCase {
  prompt: string;
  ids: number[];
  /** Logits at the last position, computed in float64 by numpy. */
  last_logits_f64: number[];
  nll_per_token: number;
  /** The prompt and 64 more, or fewer where the end token came. */
  greedy_ids: number[];
}

// tinystories-656k stores its tied embedding only as lm_head.weight, though its config ties the two.
describe
  .skipIf(lacks("goldens of small trained models", { "../shared (or SQLTUNE_SHARED)": sharedFolder }))
  .each(["stories260K", "tinystories-656k"])("%s against its float64 golden", (name) => {
  const folder = join(sharedFolder!, "models", name);
  const { cases } = JSON.parse(readFileSync(join(folder, "golden.json"), "utf8")) as { cases: GoldenCase[] };
  let model: Model;
  beforeAll(async () => {
    model = await loadModel(folder, { device: "cpu", dtype: "float32", computeDtype: "float32" });
  });
  afterAll(() => model?.dispose());

  it.each(cases)("$prompt: logits and loss", async ({ ids, last_logits_f64, nll_per_token }) => {
    const vocab = model.decoderConfig.vocabSize;
    const logits = await model.forward(Int32Array.from(ids));
    expect(logits).toHaveLength(ids.length * vocab);
    expect(maxDifference(logits.subarray(-vocab), last_logits_f64)).toBeLessThan(1e-4);
    expect(Math.abs(meanLoss(logits, ids, vocab) - nll_per_token)).toBeLessThan(1e-4);
  });

  it("goes on greedily as the golden does, in one batch", async () => {
    const rows = await model.native.generate(
      {
        tokens: Int32Array.from(cases.flatMap((c) => c.ids)),
        prefixLengths: new Int32Array(cases.length),
        branchCounts: new Int32Array(cases.length).fill(1),
        branchLengths: Int32Array.from(cases, (c) => c.ids.length),
      },
      {
        maxNewTokens: 64,
        temperature: 0,
        topP: 1,
        repetitionPenalty: 1,
        seed: 0,
        stopIds: Int32Array.of(2),
      },
    );
    expect(rows.map((row, i) => [...cases[i]!.ids, ...row.tokens])).toEqual(cases.map((c) => c.greedy_ids));
  });
});

/** Mean cross-entropy of each token given those before it. */
function meanLoss(logits: Float32Array, ids: number[], vocab: number): number {
  let sum = 0;
  for (let i = 0; i + 1 < ids.length; i++) {
    const row = logits.subarray(i * vocab, (i + 1) * vocab);
    const most = row.reduce((a, b) => Math.max(a, b));
    const logTotal = Math.log(row.reduce((a, b) => a + Math.exp(b - most), 0)) + most;
    sum += logTotal - row[ids[i + 1]!]!;
  }
  return sum / (ids.length - 1);
}
