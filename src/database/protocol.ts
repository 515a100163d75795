import type { QueryFailure } from "./types.js";

/** What the pool asks of a child process. */
export interface TaskRequest {
  /** URL of the module whose default export is run. */
  module: string;
  input: unknown;
  /** Time limit of each query. */
  timeoutMs: number;
  /** Queries for which an earlier process was killed, by {@link stepKey}, and what they give instead of running again. */
  stopped: ReadonlyMap<string, QueryFailure>;
}

/** What the pool tells its child processes when a file is gone: they close it. It is not answered. */
export interface ForgetRequest {
  forget: string;
}

/** What a child process answers. `fatal`: SQLite could not be loaded, no query will ever run. */
export type ChildMessage =
  | { ready: true }
  | { fatal: string }
  /** `rss`: the child's resident memory afterwards, in bytes. */
  | { value: unknown; rss: number }
  | { threw: string; rss: number };

/** A line on the standard output of a child that is about to kill itself: why, and the query it was running, if any. */
export interface LastWords {
  why: "timeout" | "memory";
  step: string | null;
}

export function writeLastWords({ why, step }: LastWords): string {
  return `${why} ${step ?? "-"}\n`;
}

export function readLastWords(output: string): LastWords | null {
  const found = /^(timeout|memory) (\S+)$/m.exec(output);
  return found && { why: found[1] as LastWords["why"], step: found[2] === "-" ? null : found[2]! };
}
