import { describe, expect, it } from "vitest";
import { attentionFlops, linearProducts, loraFlops, productFlops, stepWork } from "../../bench/flops.js";
import { weightedRate } from "../../bench/gemm-share.js";
import type { DecoderConfig } from "../../src/native/types.js";

// Small enough to count by hand: hidden 4, two heads of 3 (so q is 6 wide), one key/value head, two blocks.
const config: DecoderConfig = {
  architecture: "llama",
  vocabSize: 11,
  hiddenSize: 4,
  intermediateSize: 5,
  numLayers: 2,
  numHeads: 2,
  numKvHeads: 1,
  headDim: 3,
  rmsNormEps: 1e-5,
  ropeTheta: 10000,
  ropeScaling: null,
  maxPositionEmbeddings: 64,
  slidingWindow: null,
  tieWordEmbeddings: true,
  qkvBias: false,
  outputBias: false,
  mlpBias: false,
};

const batch = (prefixLengths: number[], branchCounts: number[], branchLengths: number[], labelled: number) => {
  const tokens = [...prefixLengths, ...branchLengths].reduce((a, b) => a + b, 0);
  return {
    labels: Int32Array.from({ length: tokens }, (_, i) => (i < tokens - labelled ? -100 : 7)),
    prefixLengths: Int32Array.from(prefixLengths),
    branchCounts: Int32Array.from(branchCounts),
    branchLengths: Int32Array.from(branchLengths),
  };
};

describe("the work of a step", () => {
  it("counts a shared prefix once, and each query's keys", () => {
    // Prefix of 3: 1 + 2 + 3 pairs. Branch of 2: both see the prefix (6) and 1 + 2. Branch of 1: 3 and 1.
    expect(stepWork([batch([3], [2], [2, 1], 2)])).toEqual({ tokens: 6, labelled: 2, pairs: 6 + 9 + 4 });
  });

  it("adds groups and micro-batches; a plain row is causal alone", () => {
    const one = batch([0, 2], [1, 1], [4, 2], 3);
    // Row of 4: 10. Prefix of 2: 3; its branch of 2: 4 + 3.
    expect(stepWork([one])).toEqual({ tokens: 8, labelled: 3, pairs: 20 });
    expect(stepWork([one, one])).toEqual({ tokens: 16, labelled: 6, pairs: 40 });
  });
});

describe("the FLOPs of a step", () => {
  const work = { tokens: 10, labelled: 3 };

  it("are two for each weight and token, forward and dX; lm_head on labelled rows; no dX below which nothing learns", () => {
    // Weights of a block: q 24, k 12, v 12, o 24, gate, up and down 20 each.
    const forward = 2 * (24 + 12 + 12 + 24 + 60) * 10 * 2;
    const backward = forward - (24 + 12 + 12) * 10 * 2;
    const head = 2 * (11 * 4) * 3 * 2;
    const products = linearProducts(config, work);
    expect(products.reduce((sum, product) => sum + productFlops(product), 0)).toBe(forward + backward + head);
  });

  it("are listed as products of the model's shapes, equal names joined", () => {
    const products = linearProducts(config, work);
    const named = (name: string) => products.find((product) => product.name === name);
    expect(named("q_proj forward")).toMatchObject({ rows: 10, inner: 4, columns: 6, direction: "forward", times: 2 });
    expect(named("q_proj dX")).toMatchObject({ rows: 10, inner: 6, columns: 4, direction: "dX", times: 1 });
    expect(named("down_proj dX")).toMatchObject({ rows: 10, inner: 4, columns: 5, times: 2 });
    expect(named("lm_head forward")).toMatchObject({ rows: 3, inner: 4, columns: 11, times: 1 });
    expect(products.length).toBe(16);
  });

  it("of LoRA: two products forward and four backward, three where the input needs no gradient", () => {
    const site = (layer: number) => ({ name: `model.layers.${layer}.self_attn.q_proj`, r: 2, scaling: 1 });
    // x A: 4 -> 2, then 2 -> 6: 2 x 10 x 2 x (4 + 6) forward, twice that backward.
    expect(loraFlops(config, [site(1)], 10)).toBe(400 + 800);
    expect(loraFlops(config, [site(0)], 10)).toBe(400 + 800 - 2 * 10 * 2 * 4);
  });

  it("of attention: 4 forward and 10 backward for each pair, head and width", () => {
    expect(attentionFlops(config, 100)).toEqual({ forward: 4 * 100 * 6 * 2, backward: 10 * 100 * 6 * 2 });
  });
});

it("the rate of several products is all their FLOPs over all their time", () => {
  const product = (rows: number, rate: number) => ({
    ...{ name: "", rows, inner: 1, columns: 1, direction: "forward" as const, times: 1, rate },
  });
  // 20 FLOP at 10 a second and 60 at 60 a second: 80 in 3 seconds.
  expect(weightedRate([product(10, 10), product(30, 60)])).toBeCloseTo(80 / 3);
});
