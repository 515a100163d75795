import { join } from "node:path";
import { resolveModel } from "../src/hub/index.js";
import type { DType } from "../src/native/types.js";
import { loadTokenizer } from "../src/tokenizer/load-tokenizer.js";
import type { DataRow } from "../src/train/training-data.js";
import type { AdapterJob, AdapterResult } from "./adapter-child.js";
import type { SqltuneJob, TrainingSetting, TrlJob } from "./job.js";
import type { BenchOptions, PeerBatch, Precision } from "./options.js";
import { runNode, scratchFolder } from "./run-child.js";
import { encodeSpider, readSpider } from "./spider-rows.js";

export const DTYPES: Record<Precision, DType> = { fp32: "float32", bf16: "bfloat16" };
/** sqltune's and HuggingFace's default. */
const MAX_GRAD_NORM = 1;

/** What every mode starts from. */
export interface BenchSetup {
  options: BenchOptions;
  /** For jobs and their results. */
  folder: string;
  base: AdapterResult;
  /** All rows of Spider train. */
  rows: DataRow[];
  setting: TrainingSetting;
}

export async function setUp(options: BenchOptions): Promise<BenchSetup> {
  const folder = scratchFolder();
  const spider = await readSpider(options.spider);
  const tokenizer = await loadTokenizer(await resolveModel(options.model));
  const { train: rows } = await encodeSpider(spider, spider.examples, tokenizer, options.schemaFormat);
  const adapter = join(folder, "adapter");
  const { rank: r, alpha, dropout, targetModules, seed } = options;
  const job: AdapterJob = { model: options.model, folder: adapter, r, alpha, dropout, targetModules, seed };
  const base = await runNode<AdapterResult>("adapter-child.ts", job, folder);
  const setting: TrainingSetting = {
    ...{ model: base.model, adapter, device: options.device, learningRate: options.learningRate },
    ...{ dropout, maxGradNorm: MAX_GRAD_NORM, threads: options.threads, seed },
  };
  return { options, folder, base, rows, setting };
}

/** Optimizer steps of groups of rows. */
export type Steps = readonly (readonly (readonly DataRow[])[])[];

export function sqltuneJob({ options, setting }: BenchSetup, dtype: Precision, steps: Steps): SqltuneJob {
  const { spider, schemaFormat, microBatch, checkpointing } = options;
  return {
    ...setting,
    ...{ spider, schemaFormat, microBatch, checkpointing, dtype: DTYPES[dtype] },
    steps: steps.map((groups) => groups.map((rows) => rows.map(({ id }) => id))),
  };
}

/** A way to run TRL. */
export interface PeerConfig extends PeerBatch {
  weights: Precision;
}

export function trlJob({ options, setting }: BenchSetup, dtype: Precision, peer: PeerConfig, steps: Steps): TrlJob {
  return {
    ...setting,
    weights: DTYPES[peer.weights],
    autocast: dtype === "bf16",
    rows: steps.flat(2).map(({ schema, question, answer }) => {
      const prompt = [...schema, ...question];
      return { input_ids: [...prompt, ...answer], labels: [...prompt.map(() => -100), ...answer] };
    }),
    ...{ steps: steps.length, batch: peer.batch, accumulation: peer.accumulation },
    checkpointing: options.peerCheckpointing,
  };
}

export function describePeer({ batch, accumulation, weights }: PeerConfig, dtype: Precision): string {
  const precision =
    dtype === "fp32" ? "" : weights === "bf16" ? ", weights bf16, autocast" : ", weights fp32, autocast";
  return `batch ${batch} x ${accumulation}${precision}`;
}
