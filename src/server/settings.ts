import type { Writable } from "node:stream";
import { SqltuneError } from "../errors.js";
import type { AnswerOptions, Engine } from "../infer/index.js";
import type { WebOptions } from "./web-views.js";

/** An engine and the name that requests call it by. */
export interface ServedModel {
  name: string;
  engine: Engine;
  /** The engine's own choice among candidates and repairs, which run SQL: for requests that leave it to the engine. */
  answering?: Pick<AnswerOptions, "select" | "repair">;
}

export interface ServerOptions extends WebOptions {
  /** The first answers where a request names none. The engines stay the caller's. Without any, questions are answered 503. */
  models: readonly ServedModel[];
  /** SQLite files by the name that requests call them by. */
  databases?: Readonly<Record<string, string>>;
  /** Where uploaded databases are kept. Without it nothing can be uploaded. */
  dataFolder?: string;
  /** Any of them opens everything but /health and /docs. Without one nothing is closed. */
  apiKeys?: readonly string[];
  /** Origins whose pages may call the server from a browser; default none. */
  corsOrigins?: readonly string[];
  /** Requests a minute from one key, or from one address where no known key comes with them; default 600, 0 is no limit. */
  rateLimit?: number;
  /** Questions that may wait for the model; one more is answered 429. Default 64. */
  queueLimit?: number;
  /** Answers computed at the same time at most, over all models; default 64. */
  batchSize?: number;
  /** Longest answer in tokens, and the one given where a request names no other; default 256. */
  maxTokens?: number;
  /** Bytes of a JSON body at most; default 1 MiB. */
  bodyLimit?: number;
  /** Bytes of an uploaded database at most; default 64 MiB. */
  uploadLimit?: number;
  /** Uploaded databases kept at most; default 100. */
  uploadCount?: number;
  /** Rows of a result at most; default 1000. */
  maxRows?: number;
  /** Milliseconds that a query may run; default 10,000. */
  queryTimeoutMs?: number;
  /** Milliseconds that a client may take to read what a stream has written before it is cut off; default 30,000. */
  drainMs?: number;
  /** Where one JSON line a request is written; default nowhere. */
  log?: Writable;
  /** Whether these lines hold questions and SQL; default false. */
  logQuestions?: boolean;
}

export type ServerSettings = Required<
  Omit<ServerOptions, "models" | "databases" | "dataFolder" | "log" | keyof WebOptions>
>;

const DEFAULTS: ServerSettings = {
  apiKeys: [],
  corsOrigins: [],
  rateLimit: 600,
  queueLimit: 64,
  batchSize: 64,
  maxTokens: 256,
  bodyLimit: 2 ** 20,
  uploadLimit: 64 * 2 ** 20,
  uploadCount: 100,
  maxRows: 1000,
  queryTimeoutMs: 10_000,
  drainMs: 30_000,
  logQuestions: false,
};

const MAY_BE_NONE = new Set(["rateLimit", "uploadCount"]);

/** What was not given, by its default. @throws SqltuneError for numbers that make no sense, and for an empty API key. */
export function serverSettings(options: ServerOptions): ServerSettings {
  const given = Object.entries(options).filter(([key, value]) => key in DEFAULTS && value !== undefined);
  const settings: ServerSettings = { ...DEFAULTS, ...Object.fromEntries(given) };
  const problems = Object.entries(settings).flatMap(([name, value]) => {
    const least = MAY_BE_NONE.has(name) ? 0 : 1;
    if (typeof value !== "number" || (Number.isInteger(value) && value >= least)) return [];
    return [`${name} is ${value}; expected a whole number of at least ${least}.`];
  });
  if (settings.apiKeys.some((key) => key.trim() === "")) problems.push("An API key is empty; expected a text.");
  if (problems.length > 0) throw new SqltuneError(problems.join("\n"));
  return settings;
}
