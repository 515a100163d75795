import { resolve } from "node:path";
import yargs from "yargs";
import { SqltuneError } from "../../src/errors.js";
import type { SchemaFormat } from "../../src/schema/types.js";
import { number, type Precision, root } from "../options.js";

export const SYSTEMS = ["sqltune", "llama.cpp", "transformers", "transformers-cb"] as const;
export type SystemName = (typeof SYSTEMS)[number];

export interface ServeOptions {
  mode: "load" | "install-peers";
  systems: SystemName[];
  /** One after the other; each has its requests closed in a loop. */
  clients: number[];
  /** What is counted of a round. */
  seconds: number;
  /** Before it, at least; and until every client has had an answer. */
  warmUpSeconds: number;
  rounds: number;
  model: string;
  gguf: string | null;
  spider: string;
  schemaFormat: SchemaFormat;
  dtype: Precision;
  questions: number;
  /** Questions of all databases in turn instead of those of a database after another. */
  shuffle: boolean;
  newTokens: number;
  ignoreEos: boolean;
  stream: boolean;
  threads: number | null;
  llamaSequences: number;
  python: string | null;
  json: string | null;
}

const items = (value: string): string[] =>
  value
    .split(",")
    .map((item) => item.trim())
    .filter((item) => item !== "");

function systemsOf(value: string): SystemName[] {
  return items(value).map((item) => {
    const found = SYSTEMS.find((system) => system === item);
    if (found) return found;
    throw new SqltuneError(`--systems has ${JSON.stringify(item)}, expected ${SYSTEMS.join(" or ")}.`);
  });
}

/** @throws SqltuneError for what cannot be meant. */
export async function parseServeOptions(words: readonly string[]): Promise<ServeOptions> {
  const given = await yargs([...words])
    .scriptName("npm run bench:serve --")
    .usage("$0\n\nPuts servers under the load of clients that each ask again as soon as they are answered.")
    .options({
      "install-peers": { type: "boolean", describe: "install transformers' server and node-llama-cpp, and end" },
      systems: { type: "string", default: "sqltune,llama.cpp,transformers,transformers-cb" },
      clients: { type: "string", default: "16", describe: "at the same time; several numbers are measured in turn" },
      seconds: { type: "string", default: "60", describe: "counted of each round" },
      "warm-up": { type: "string", default: "5", describe: "seconds under load before, at least" },
      rounds: { type: "string", default: "3" },
      model: { type: "string", default: "smollm2-135m", describe: "folder or hub id" },
      gguf: { type: "string", describe: "weights for llama.cpp; default: model.gguf in the model's folder" },
      spider: { type: "string", default: resolve(root, "../shared/data/spider"), describe: "folder of dev.json" },
      "schema-format": { choices: ["compact", "ddl", "table_line"] as const, default: "compact" as const },
      dtype: { choices: ["fp32", "bf16"] as const, default: "bf16" as const, describe: "sqltune's and transformers'" },
      questions: { type: "string", default: "256", describe: "spread over the 1034 of dev.json in runs of 16" },
      shuffle: { type: "boolean", default: false, describe: "ask about all databases in turn, not one after another" },
      "new-tokens": { type: "string", default: "40" },
      "ignore-eos": { type: "boolean", default: true, describe: "every answer has all its tokens" },
      stream: { type: "boolean", default: false, describe: "ask sqltune for streams" },
      threads: { type: "string", describe: "of all systems; default: their own choice" },
      "llama-sequences": { type: "string", default: "16", describe: "that node-llama-cpp evaluates together" },
      python: { type: "string", describe: "a Python that has bench/peers/requirements.txt" },
      json: { type: "string", describe: "also write all numbers to this file" },
    })
    .strict()
    .version(false)
    .wrap(120)
    .fail((message, error) => {
      throw error ?? new SqltuneError(`${message}. See npm run bench:serve -- --help`);
    })
    .parseAsync();
  return {
    mode: given["install-peers"] ? "install-peers" : "load",
    systems: systemsOf(given.systems),
    clients: items(given.clients).map((item) => number("clients", item, 1)),
    seconds: number("seconds", given.seconds, 1),
    warmUpSeconds: number("warm-up", given["warm-up"], 0),
    rounds: number("rounds", given.rounds, 1),
    model: given.model,
    gguf: given.gguf === undefined ? null : resolve(given.gguf),
    spider: resolve(given.spider),
    schemaFormat: given["schema-format"],
    dtype: given.dtype,
    questions: number("questions", given.questions, 1),
    shuffle: given.shuffle,
    newTokens: number("new-tokens", given["new-tokens"], 1),
    ignoreEos: given["ignore-eos"],
    stream: given.stream,
    threads: given.threads === undefined ? null : number("threads", given.threads, 1),
    llamaSequences: number("llama-sequences", given["llama-sequences"], 1),
    python: given.python ?? null,
    json: given.json === undefined ? null : resolve(given.json),
  };
}
