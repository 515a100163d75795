import { existsSync } from "node:fs";
import { basename, dirname, extname } from "node:path";
import type { Options } from "yargs";
import type { ServerOptions } from "../server/index.js";
import { configFlags } from "./config-flags.js";
import { modelFlags } from "./model-flags.js";
import { count, flag, text } from "./options.js";
import { usageError } from "./usage-error.js";

export interface ServeFlags {
  adapter?: string[];
  base?: boolean;
  host: string;
  port: number;
  db?: string[];
  dataDir?: string;
  runs?: string;
  allowTraining?: boolean;
  reports?: string[];
  apiKey?: string[];
  cors?: string[];
  rateLimit?: number;
  queue?: number;
  prefixCacheMb?: number;
  maxTokens?: number;
  logQuestions?: boolean;
  config?: string;
  set?: string[];
  json?: boolean;
}

const several = (describe: string, more: Options = {}): Options => ({
  ...{ type: "string", array: true, requiresArg: true, describe },
  ...more,
});

export const serveFlags = {
  adapter: several("adapter: [name=]folder or hub id; may be repeated. Without it the newest run's final_model", {
    alias: modelFlags.adapter.alias,
  }),
  base: flag("serve the config's base model, without an adapter or beside those named"),
  host: text("address to listen on", { default: "127.0.0.1" }),
  port: { ...count("port; 0 takes a free one", "port", 0), default: 8000 },
  db: several("database that questions can be asked about: [name=]file.sqlite; may be repeated"),
  "data-dir": text("folder for uploaded databases and feedback; without it both are refused"),
  runs: text("folder of run folders, such as outputs, that the page shows"),
  "allow-training": flag("with --runs: let the page start and stop runs"),
  reports: several("folder with evaluation reports that the page shows beside those of --runs; may be repeated"),
  "api-key": several("key that clients must send; may be repeated. Better: SQLTUNE_API_KEYS, with commas between"),
  cors: several("origin whose pages may call the server, as https://app.example; may be repeated"),
  "rate-limit": count("requests a minute and client, default 600; 0 is no limit", "rate-limit", 0),
  queue: count("questions that may wait beside those that are computed, default 64; one more is answered 429", "queue"),
  "prefix-cache-mb": count(
    "memory of each model for the schemas that it has read, in MiB; default the config's inference.prefix_cache_mb, 0 keeps none",
    "prefix-cache-mb",
    0,
  ),
  "max-tokens": count("longest answer in tokens, default the config's inference.max_new_tokens", "max-tokens"),
  "log-questions": flag("log questions and SQL too"),
  ...configFlags,
} satisfies Record<string, Options>;

/** A thing to serve and the name it goes by. */
export interface NamedPath {
  name: string;
  path: string;
}

/** `name=path`, or a path whose name is made of it. A path that exists as it is written may hold "=". */
function namedPath(word: string, nameOf: (path: string) => string): NamedPath {
  const [, name, path] = /^([\w.-]+)=(.+)$/.exec(word) ?? [];
  if (name !== undefined && path !== undefined && !existsSync(word)) return { name, path };
  return { name: nameOf(word), path: word };
}

/** Of a run's adapter the run's name: final_model and checkpoint-N say nothing. */
export function adapterName(path: string): string {
  const last = basename(path);
  const within = /^(?:final_model|checkpoint-\d+|checkpoints)$/.test(last);
  return within && dirname(path) !== path && dirname(path) !== "." ? adapterName(dirname(path)) : last;
}

/** @throws SqltuneError where two go by one name */
export function namedAdapters(words: readonly string[]): NamedPath[] {
  return distinct(
    "--adapter",
    words.map((word) => namedPath(word, adapterName)),
  );
}

/** @throws SqltuneError where two go by one name */
export function namedDatabases(words: readonly string[]): Record<string, string> {
  const named = words.map((word) => namedPath(word, (path) => basename(path, extname(path))));
  return Object.fromEntries(distinct("--db", named).map(({ name, path }) => [name, path]));
}

function distinct(flag: string, named: NamedPath[]): NamedPath[] {
  const twice = named.find(({ name }, i) => named.findIndex((other) => other.name === name) < i);
  if (!twice) return named;
  throw usageError(`two of ${flag} go by the name ${twice.name}: name them, as ${flag} other=${twice.path}.`);
}

/** Keys of `--api-key` and of SQLTUNE_API_KEYS. */
export function apiKeys(flags: Pick<ServeFlags, "apiKey">, environment: string | undefined): string[] {
  const fromEnvironment = (environment ?? "").split(",").map((key) => key.trim());
  return [...(flags.apiKey ?? []), ...fromEnvironment.filter((key) => key !== "")];
}

/** What of the flags is the server's as it stands. */
export function serverOptions(flags: ServeFlags): Omit<ServerOptions, "models"> {
  if (flags.allowTraining && flags.runs === undefined) {
    throw usageError("--allow-training needs --runs DIR, the folder in which runs are started.");
  }
  return {
    databases: namedDatabases(flags.db ?? []),
    dataFolder: flags.dataDir,
    runs: flags.runs,
    allowTraining: flags.allowTraining === true,
    reports: flags.reports,
    corsOrigins: (flags.cors ?? []).map(checkedOrigin),
    rateLimit: flags.rateLimit,
    queueLimit: flags.queue,
    logQuestions: flags.logQuestions === true,
  };
}

/** Browsers compare origins letter by letter: one with a path would never match. */
function checkedOrigin(word: string): string {
  const origin = URL.canParse(word) ? new URL(word).origin : "null";
  if (origin === "null" || origin !== word.replace(/\/$/, "")) {
    throw usageError(`--cors is ${JSON.stringify(word)}, expected an origin: https://app.example, without a path.`);
  }
  return origin;
}
