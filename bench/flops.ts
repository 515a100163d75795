import { linearShapes } from "../src/model/index.js";
import type { DecoderConfig, LoraModule, PackedBatch } from "../src/native/types.js";

/** What the work of a training step depends on. */
export interface StepWork {
  /** Packed tokens: a shared prefix counts once. */
  tokens: number;
  /** Tokens with a label: rows of lm_head's product. */
  labelled: number;
  /** (query, key) pairs that attention allows, of one head. */
  pairs: number;
}

/** Work of the micro-batches of one step. A query sees its group's prefix and its own run up to itself. */
export function stepWork(
  batches: readonly Pick<PackedBatch, "labels" | "prefixLengths" | "branchCounts" | "branchLengths">[],
): StepWork {
  const work = { tokens: 0, labelled: 0, pairs: 0 };
  for (const { labels, prefixLengths, branchCounts, branchLengths } of batches) {
    work.tokens += labels.length;
    for (const label of labels) if (label >= 0) work.labelled++;
    let branch = 0;
    prefixLengths.forEach((prefix, group) => {
      work.pairs += causalPairs(prefix);
      for (const last = branch + branchCounts[group]!; branch < last; branch++) {
        const length = branchLengths[branch]!;
        work.pairs += length * prefix + causalPairs(length);
      }
    });
  }
  return work;
}

const causalPairs = (length: number) => (length * (length + 1)) / 2;

/** One matrix product: [rows, inner] x [inner, columns]. */
export interface Product {
  /** "q_proj forward", "q_proj dX", "lm_head forward", ... */
  name: string;
  rows: number;
  inner: number;
  columns: number;
  /** The weight is stored as [out, in]: forward multiplies by its transpose, dX by itself. */
  direction: "forward" | "dX";
  /** How often a step computes it. */
  times: number;
}

/**
 * The products of a step that frozen weights need: forward and dX of every linear on all packed tokens, and of lm_head
 * on the labelled ones. The first block's q, k and v need no dX: below them is only the frozen embedding.
 */
export function linearProducts(config: DecoderConfig, work: Pick<StepWork, "tokens" | "labelled">): Product[] {
  const products: Product[] = [];
  const add = (name: string, rows: number, [out, inner]: readonly [number, number], dX: boolean) => {
    products.push({ name: `${name} forward`, rows, inner, columns: out, direction: "forward", times: 1 });
    if (dX) products.push({ name: `${name} dX`, rows, inner: out, columns: inner, direction: "dX", times: 1 });
  };
  for (const [name, shape] of linearShapes(config)) {
    add(name.split(".").at(-1)!, work.tokens, shape, !/\.0\.self_attn\.[qkv]_proj$/.test(name));
  }
  add("lm_head", work.labelled, [config.vocabSize, config.hiddenSize], true);
  const joined = new Map<string, Product>();
  for (const product of products) {
    const known = joined.get(product.name);
    if (known) known.times += product.times;
    else joined.set(product.name, { ...product });
  }
  return [...joined.values()];
}

export const productFlops = ({ rows, inner, columns, times }: Product): number => 2 * rows * inner * columns * times;

/**
 * LoRA's products: x A and (x A) B forward; dB, d(x A), dA and dX backward. As above, no dX in the first block's q, k, v.
 */
export function loraFlops(config: DecoderConfig, modules: readonly LoraModule[], tokens: number): number {
  const shapes = linearShapes(config);
  return modules.reduce((sum, { name, r }) => {
    const [out, inner] = shapes.get(name)!;
    const needsInput = !/\.0\.self_attn\.[qkv]_proj$/.test(name);
    return sum + 2 * tokens * r * (inner + out + out + out + inner + (needsInput ? inner : 0));
  }, 0);
}

/** Attention of all layers: q k and p v forward; s again, dv, dp, dq and dk backward. */
export function attentionFlops(config: DecoderConfig, pairs: number): { forward: number; backward: number } {
  const once = pairs * config.numHeads * config.headDim * config.numLayers;
  return { forward: 4 * once, backward: 10 * once };
}
