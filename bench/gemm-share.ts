import { type MicroBatchLimit, packMicroBatches, rowLength } from "../src/train/batch.js";
import { type BenchSetup, DTYPES, type Steps } from "./bench-setup.js";
import { attentionFlops, linearProducts, loraFlops, type Product, productFlops, stepWork } from "./flops.js";
import type { Precision } from "./options.js";
import { runPython } from "./run-child.js";

/** How near steps come to the machine's own matrix products. Rates in FLOP/s. */
export interface GemmShare {
  /** Of the model's own shapes, weighted by the FLOPs of each. */
  rate: number;
  /** Useful FLOPs of the steps: linears, lm_head and LoRA. */
  flops: number;
  /** flops / seconds / rate. */
  share: number;
  /** Apart: attention's useful FLOPs, and the share of the time that they would take at PyTorch's own rate. */
  attention: { flops: number; share: number };
  /** Tokens as they are computed, a shared schema once. */
  packedTokens: number;
  microBatches: number;
  products: (Product & { rate: number })[];
}

/** Work of optimizer steps, and of their mean micro-batch. */
export function packedWork(steps: Steps, limit: MicroBatchLimit) {
  const batches = steps.flatMap((groups) => packMicroBatches(groups, limit)).map(({ batch }) => batch);
  const work = stepWork(batches);
  const mean = {
    tokens: Math.round(work.tokens / batches.length),
    labelled: Math.round(work.labelled / batches.length),
  };
  return { work, mean, microBatches: batches.length };
}

/** `seconds` is the time of all `steps` together. The rates are measured by the peer's Python, now. */
export async function measureGemmShare(
  setup: BenchSetup,
  python: string,
  run: { dtype: Precision; steps: Steps; seconds: number },
): Promise<GemmShare> {
  const { base, options } = setup;
  const { work, mean, microBatches } = packedWork(run.steps, options.microBatch);
  const products = linearProducts(base.decoder, mean);
  const shapes = new Map(products.map((product) => [shapeOf(product), product]));
  const rows = run.steps.flat(2);
  const { numHeads, numKvHeads, headDim } = base.decoder;
  const job = {
    ...{ dtype: DTYPES[run.dtype], device: options.device, threads: options.threads },
    products: [...shapes.values()],
    attention: {
      length: Math.round(rows.reduce((sum, row) => sum + rowLength(row), 0) / rows.length),
      ...{ heads: numHeads, kvHeads: numKvHeads, headDim },
    },
  };
  type Rates = { products: number[]; attention: { forward: number; backward: number } };
  const rates = await runPython<Rates>(python, "measure_rates.py", job, setup.folder);
  const rateOf = new Map([...shapes.keys()].map((shape, i) => [shape, rates.products[i]!]));
  const measured = products.map((product) => ({ ...product, rate: rateOf.get(shapeOf(product))! }));
  const attention = attentionFlops(base.decoder, work.pairs);
  const linears = linearProducts(base.decoder, work).reduce((sum, product) => sum + productFlops(product), 0);
  const flops = linears + loraFlops(base.decoder, base.modules, work.tokens);
  const rate = weightedRate(measured);
  return {
    ...{ rate, flops, share: flops / run.seconds / rate },
    attention: {
      flops: attention.forward + attention.backward,
      share:
        (attention.forward / rates.attention.forward + attention.backward / rates.attention.backward) / run.seconds,
    },
    ...{ packedTokens: work.tokens, microBatches, products: measured },
  };
}

/** FLOPs of all products over the time that they take, each at its own rate. */
export function weightedRate(products: readonly (Product & { rate: number })[]): number {
  const flops = products.reduce((sum, product) => sum + productFlops(product), 0);
  const seconds = products.reduce((sum, product) => sum + productFlops(product) / product.rate, 0);
  return flops / seconds;
}

const shapeOf = ({ rows, inner, columns, direction }: Product) => [rows, inner, columns, direction].join(" ");
