import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import yargs from "yargs";
import { SqltuneError } from "../src/errors.js";
import type { Checkpointing } from "../src/native/types.js";
import type { SchemaFormat } from "../src/schema/types.js";
import type { MicroBatchLimit } from "../src/train/batch.js";

export type Precision = "fp32" | "bf16";
/** Rows a micro-batch and micro-batches a step. */
export interface PeerBatch {
  batch: number;
  accumulation: number;
}

export interface BenchOptions {
  mode: "compare" | "ablation" | "lengths" | "longest" | "install-peers";
  model: string;
  spider: string;
  schemaFormat: SchemaFormat;
  k: number[];
  dtype: Precision[];
  device: "cpu" | "cuda";
  rounds: number;
  steps: number;
  rowsPerStep: number;
  rank: number;
  alpha: number;
  targetModules: string[];
  dropout: number;
  learningRate: number;
  seed: number;
  threads: number | null;
  microBatch: MicroBatchLimit;
  checkpointing: Checkpointing;
  peerBatch: PeerBatch[];
  /** Precisions TRL's weights are tried in when it computes bf16. */
  peerWeights: Precision[];
  peerCheckpointing: boolean;
  withPeer: boolean;
  python: string | null;
  json: string | null;
}

export const root = fileURLToPath(new URL("..", import.meta.url));

/** @throws SqltuneError for what is no number of at least `minimum` */
export const number = (name: string, value: unknown, minimum: number, whole = true): number => {
  const given = Number(value);
  if (String(value).trim() !== "" && given >= minimum && (!whole || Number.isInteger(given))) return given;
  const kind = whole ? "a whole number" : "a number";
  throw new SqltuneError(`--${name} is ${JSON.stringify(value)}, expected ${kind} of at least ${minimum}.`);
};

function list<T>(name: string, value: string, parse: (item: string) => T | undefined, expected: string): T[] {
  return value.split(",").map((item) => {
    const parsed = parse(item.trim());
    if (parsed === undefined) throw new SqltuneError(`--${name} has ${JSON.stringify(item)}, expected ${expected}.`);
    return parsed;
  });
}

const precision = (item: string) => (item === "fp32" || item === "bf16" ? item : undefined);

/** @throws SqltuneError for what cannot be meant. */
export async function parseOptions(words: readonly string[]): Promise<BenchOptions> {
  const given = await yargs([...words])
    .scriptName("npm run bench:train --")
    .usage("$0\n\nTrains on Spider with sqltune and with TRL + PEFT, in turn, and compares speed, loss and memory.")
    .options({
      ablation: { type: "boolean", describe: "sqltune alone, with one part of its speed left out at a time" },
      lengths: { type: "boolean", describe: "sqltune alone on 512 to 8192 packed tokens a step" },
      longest: { type: "boolean", describe: "memory of one step on Spider's longest row" },
      "install-peers": { type: "boolean", describe: "install TRL, PEFT and PyTorch into .cache/peers, and end" },
      model: { type: "string", default: "smollm2-135m", describe: "folder or hub id" },
      spider: {
        type: "string",
        default: resolve(root, "../shared/data/spider"),
        describe: "folder of train_spider.json",
      },
      "schema-format": { choices: ["compact", "ddl", "table_line"] as const, default: "compact" as const },
      k: { type: "string", default: "1,4,8", describe: "questions a database that stand together" },
      dtype: { type: "string", default: "fp32,bf16" },
      device: { choices: ["cpu", "cuda"] as const, default: "cpu" as const },
      rounds: { type: "string", default: "3" },
      steps: { type: "string", default: "3", describe: "counted optimizer steps of a round" },
      rows: { type: "string", default: "16", describe: "rows an optimizer step" },
      rank: { type: "string", default: "8", describe: "of the LoRA" },
      alpha: { type: "string", default: "16" },
      "target-modules": { type: "string", default: "q_proj,v_proj" },
      dropout: { type: "string", default: "0.05" },
      "learning-rate": { type: "string", default: "1e-3", describe: "constant" },
      seed: { type: "string", default: "42", describe: "of the rows and the adapter's start" },
      threads: { type: "string", describe: "CPU threads of both sides; default: their own choice" },
      "micro-batch-tokens": {
        type: "string",
        describe: "packed tokens of sqltune's micro-batch; default: the whole step",
      },
      "micro-batch-rows": { type: "string", describe: "rows of sqltune's micro-batch; default: the whole step" },
      checkpointing: {
        choices: ["none", "selective", "block"] as const,
        default: "none" as const,
        describe: "in sqltune",
      },
      "peer-batch": { type: "string", default: "1x16", describe: "TRL's rows x accumulation; of several, the fastest" },
      "peer-weights": {
        type: "string",
        default: "fp32,bf16",
        describe: "precisions of TRL's weights to try under bf16",
      },
      "peer-checkpointing": { type: "boolean", default: false, describe: "gradient checkpointing in TRL" },
      peer: { type: "boolean", default: true, describe: "--no-peer runs sqltune alone" },
      python: { type: "string", describe: "a Python that has bench/peers/requirements.txt" },
      json: { type: "string", describe: "also write all numbers to this file" },
    })
    .strict()
    .version(false)
    .wrap(120)
    .fail((message, error) => {
      throw error ?? new SqltuneError(`${message}. See npm run bench:train -- --help`);
    })
    .parseAsync();

  const modes = (["ablation", "lengths", "longest", "install-peers"] as const).filter((mode) => given[mode]);
  if (modes.length > 1) throw new SqltuneError(`${modes.map((m) => `--${m}`).join(" and ")} exclude each other.`);
  const optional = (name: "threads" | "micro-batch-tokens" | "micro-batch-rows") =>
    given[name] === undefined ? null : number(name, given[name], 1);
  const options: BenchOptions = {
    mode: modes[0] ?? "compare",
    model: given.model,
    spider: resolve(given.spider),
    schemaFormat: given["schema-format"],
    k: list("k", given.k, (item) => number("k", item, 1), "numbers"),
    dtype: list("dtype", given.dtype, precision, "fp32 or bf16"),
    device: given.device,
    rounds: number("rounds", given.rounds, 1),
    steps: number("steps", given.steps, 1),
    rowsPerStep: number("rows", given.rows, 1),
    rank: number("rank", given.rank, 1),
    alpha: number("alpha", given.alpha, 0, false),
    targetModules: given["target-modules"].split(","),
    dropout: number("dropout", given.dropout, 0, false),
    learningRate: number("learning-rate", given["learning-rate"], 0, false),
    seed: number("seed", given.seed, 0),
    threads: optional("threads"),
    microBatch: { tokens: optional("micro-batch-tokens"), rows: optional("micro-batch-rows") },
    checkpointing: given.checkpointing,
    peerBatch: list("peer-batch", given["peer-batch"], peerBatch, "ROWSxACCUMULATION, e.g. 1x16"),
    peerWeights: list("peer-weights", given["peer-weights"], precision, "fp32 or bf16"),
    peerCheckpointing: given["peer-checkpointing"],
    withPeer: given.peer,
    python: given.python ?? null,
    json: given.json === undefined ? null : resolve(given.json),
  };
  checkTogether(options);
  return options;
}

function peerBatch(item: string): PeerBatch | undefined {
  const found = /^([1-9]\d*)x([1-9]\d*)$/.exec(item);
  return found ? { batch: Number(found[1]), accumulation: Number(found[2]) } : undefined;
}

function checkTogether(options: BenchOptions): void {
  const { rowsPerStep, mode } = options;
  if (mode !== "compare") return;
  const uneven = options.k.filter((k) => rowsPerStep % k !== 0);
  if (uneven.length > 0) {
    throw new SqltuneError(`--k ${uneven.join(",")} does not divide the ${rowsPerStep} rows of a step (--rows).`);
  }
  const other = options.peerBatch.filter(({ batch, accumulation }) => batch * accumulation !== rowsPerStep);
  if (other.length > 0 && options.withPeer) {
    const names = other.map(({ batch, accumulation }) => `${batch}x${accumulation}`).join(",");
    throw new SqltuneError(
      `--peer-batch ${names} is not ${rowsPerStep} rows (--rows): both sides take the same rows a step.`,
    );
  }
}
