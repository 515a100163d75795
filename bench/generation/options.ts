import { resolve } from "node:path";
import yargs from "yargs";
import { SqltuneError } from "../../src/errors.js";
import type { SchemaFormat } from "../../src/schema/types.js";
import { number, type Precision, root } from "../options.js";

export type Peer = "transformers" | "llama.cpp";

export interface GenerateOptions {
  mode: "compare" | "install-peers";
  model: string;
  /** Weights for llama.cpp; null: model.gguf in the model's folder. */
  gguf: string | null;
  spider: string;
  schemaFormat: SchemaFormat;
  dtype: Precision[];
  rounds: number;
  questions: number;
  newTokens: number;
  ignoreEos: boolean;
  batchSize: number;
  /** Questions that are also answered one by one; 0: none. */
  oneByOne: number;
  threads: number | null;
  peers: Peer[];
  transformersBatch: number;
  /** Precisions that transformers is tried in; the fastest is the peer. */
  transformersDtype: Precision[];
  llamaSequences: number;
  llamaFlashAttention: boolean;
  python: string | null;
  json: string | null;
}

const some = <T extends string>(name: string, value: string, known: readonly T[]): T[] =>
  value
    .split(",")
    .map((item) => item.trim())
    .filter((item) => item !== "")
    .map((item) => {
      const found = known.find((one) => one === item);
      if (found !== undefined) return found;
      throw new SqltuneError(`--${name} has ${JSON.stringify(item)}, expected ${known.join(" or ")}.`);
    });

/** @throws SqltuneError for what cannot be meant. */
export async function parseGenerateOptions(words: readonly string[]): Promise<GenerateOptions> {
  const given = await yargs([...words])
    .scriptName("npm run bench:generate --")
    .usage("$0\n\nAnswers Spider's dev questions with sqltune, transformers and llama.cpp in turn, greedily.")
    .options({
      "install-peers": {
        type: "boolean",
        describe: "install transformers, PyTorch and node-llama-cpp into .cache/peers, and end",
      },
      model: { type: "string", default: "smollm2-135m", describe: "folder or hub id" },
      gguf: { type: "string", describe: "weights for llama.cpp; default: model.gguf in the model's folder" },
      spider: { type: "string", default: resolve(root, "../shared/data/spider"), describe: "folder of dev.json" },
      "schema-format": { choices: ["compact", "ddl", "table_line"] as const, default: "compact" as const },
      dtype: { type: "string", default: "fp32,bf16", describe: "sqltune's" },
      rounds: { type: "string", default: "3" },
      questions: { type: "string", default: "64", describe: "spread over the 1034 of dev.json in runs of 16" },
      "new-tokens": { type: "string", default: "40" },
      "ignore-eos": {
        type: "boolean",
        default: true,
        describe: "every answer has all its tokens; --no-ignore-eos stops",
      },
      batch: { type: "string", default: "64", describe: "rows that sqltune computes together" },
      "one-by-one": {
        type: "string",
        default: "64",
        describe: "questions that sqltune also answers one by one; 0: none",
      },
      threads: { type: "string", describe: "of all sides; default: their own choice" },
      peers: { type: "string", default: "transformers,llama.cpp", describe: "empty: sqltune alone" },
      "transformers-batch": { type: "string", default: "16" },
      "transformers-dtype": { type: "string", default: "fp32,bf16", describe: "of several, the fastest" },
      "llama-sequences": { type: "string", default: "8", describe: "sequences that node-llama-cpp evaluates together" },
      "llama-flash-attention": { type: "boolean", default: true },
      python: { type: "string", describe: "a Python that has bench/peers/requirements.txt" },
      json: { type: "string", describe: "also write all numbers to this file" },
    })
    .strict()
    .version(false)
    .wrap(120)
    .fail((message, error) => {
      throw error ?? new SqltuneError(`${message}. See npm run bench:generate -- --help`);
    })
    .parseAsync();
  const precisions = ["fp32", "bf16"] as const;
  return {
    mode: given["install-peers"] ? "install-peers" : "compare",
    model: given.model,
    gguf: given.gguf === undefined ? null : resolve(given.gguf),
    spider: resolve(given.spider),
    schemaFormat: given["schema-format"],
    dtype: some("dtype", given.dtype, precisions),
    rounds: number("rounds", given.rounds, 1),
    questions: number("questions", given.questions, 1),
    newTokens: number("new-tokens", given["new-tokens"], 1),
    ignoreEos: given["ignore-eos"],
    batchSize: number("batch", given.batch, 1),
    oneByOne: number("one-by-one", given["one-by-one"], 0),
    threads: given.threads === undefined ? null : number("threads", given.threads, 1),
    peers: some("peers", given.peers, ["transformers", "llama.cpp"] as const),
    transformersBatch: number("transformers-batch", given["transformers-batch"], 1),
    transformersDtype: some("transformers-dtype", given["transformers-dtype"], precisions),
    llamaSequences: number("llama-sequences", given["llama-sequences"], 1),
    llamaFlashAttention: given["llama-flash-attention"],
    python: given.python ?? null,
    json: given.json === undefined ? null : resolve(given.json),
  };
}
