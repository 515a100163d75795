import { SpiderParseError } from "./spider-sql.js";

export type Tokens = readonly string[];

/** Where reading goes on, and what was read. */
export type Read<T> = readonly [at: number, value: T];

export const CLAUSES: ReadonlySet<string> = new Set(
  "select from where group order limit intersect union except".split(" "),
);
export const JOIN_WORDS: ReadonlySet<string> = new Set(["join", "on", "as"]);

/** `toks[at]` of Python, which raises past the end. */
export function tokenAt(toks: Tokens, at: number): string {
  const token = toks[at];
  if (token === undefined) throw new SpiderParseError("The query ends too early");
  return token;
}

export function isOneOf<T extends string>(token: string | undefined, words: readonly T[]): token is T {
  return (words as readonly (string | undefined)[]).includes(token);
}
