import { MAX_SQL_LENGTH } from "../../database/run-query.js";
import type { QueryLimits, QueryResult, QuerySession } from "../../database/types.js";
import { lex } from "../../sql/lexer.js";
import { type ResultRows, resultsMatch } from "./compare-results.js";
import { type ExecutionFailure, isDatabaseFault } from "./execution-failure.js";
import { type ExecutionRules, officialQueries } from "./official-sql.js";
import { ResultCache } from "./result-cache.js";
import { type SelectKeys, selectedColumnsMatch } from "./spider-match.js";

export interface ExecutionInput {
  gold: string;
  predicted: string;
  rules: ExecutionRules;
  /** Null to give no `ex`. */
  database: string | null;
  /** Files that must all agree; null to give no `ts`. */
  suite: readonly string[] | null;
  /** Given for the rules of Spider's first script. */
  selectKeys: SelectKeys | null;
}

/** One verdict; null when it cannot be given, and then `failure` says why. */
interface Verdict {
  match: boolean | null;
  failure?: ExecutionFailure;
}

export interface ExecutionOutput {
  ex: boolean | null;
  ts: boolean | null;
  failure?: ExecutionFailure;
  seconds: number;
}

/** A gold with more rows cannot be judged. */
const MAX_GOLD_ROWS = 1_000_000;
const MAX_BYTES = 256 * 2 ** 20;

/** Kept as long as the process: other predictions are compared with the same golds. */
const golds = new ResultCache();

/** Runs gold and prediction of one row in a database process, and compares there: only the verdicts travel. */
export default function executionTask(input: ExecutionInput, session: QuerySession): ExecutionOutput {
  const start = performance.now();
  const judge = new RowJudge(input, session);
  const ex: Verdict = input.database === null ? { match: null } : judge.agreeOn([input.database]);
  const { suite } = input;
  const same = suite?.length === 1 && suite[0] === input.database;
  const ts: Verdict = suite === null ? { match: null } : same ? ex : judge.agreeOn(suite);
  const failures = [ex, ts].sort((a, b) => Number(a.match !== null) - Number(b.match !== null));
  const failure = failures.find((verdict) => verdict.failure)?.failure;
  const seconds = (performance.now() - start) / 1000;
  return { ex: ex.match, ts: ts.match, ...(failure ? { failure } : {}), seconds };
}

class RowJudge {
  readonly #input: ExecutionInput;
  readonly #session: QuerySession;
  readonly #limits: QueryLimits;

  constructor(input: ExecutionInput, session: QuerySession) {
    this.#input = input;
    this.#session = session;
    // Spider's first script reads texts strictly; bytes that are no UTF-8 are an error there.
    this.#limits = { safeIntegers: true, maxBytes: MAX_BYTES, invalidUtf8: input.selectKeys ? "refuse" : "drop" };
  }

  /** Whether the prediction, or one of its variants, gives the gold's result on every file; stops at the first difference. */
  agreeOn(files: readonly string[]): Verdict {
    const { gold, predicted, rules, selectKeys } = this.#input;
    if (selectKeys)
      return this.#variantAgrees(files, gold, predicted, (g, p) => selectedColumnsMatch(g, p, selectKeys));
    // Text that SQLite would refuse for its length is not rewritten either: that alone could take all memory.
    const rewritten = officialQueries(gold, predicted.length > MAX_SQL_LENGTH ? "" : predicted, rules);
    const queries = predicted.length > MAX_SQL_LENGTH ? { ...rewritten, predicted: [predicted] } : rewritten;
    let first: Verdict | undefined;
    for (const variant of queries.predicted) {
      const verdict = this.#variantAgrees(files, queries.gold, variant, (g, p) =>
        resultsMatch(g, p, queries.orderMatters),
      );
      if (verdict.match !== false) return verdict;
      first ??= verdict;
    }
    return first!;
  }

  #variantAgrees(
    files: readonly string[],
    gold: string,
    predicted: string,
    match: (gold: ResultRows, predicted: ResultRows) => boolean,
  ): Verdict {
    for (const file of files) {
      const expected = this.#gold(file, gold);
      if (!expected.ok) return unjudged(file, expected);
      if (expected.truncated) {
        return { match: null, failure: { kind: "gold", error: `it gives more than ${expected.rows.length} rows` } };
      }
      // The same query gives the same result.
      if (predicted === gold && !this.#input.selectKeys) continue;
      const found = this.#run(file, predicted, expected.rows.length);
      if (!found.ok) return isDatabaseFault(found.kind) ? unjudged(file, found) : { match: false, failure: found };
      // The gold was whole, so a result that had to be cut is a longer one.
      if (found.truncated || !match(expected.rows, found.rows)) return { match: false };
    }
    return { match: true };
  }

  #gold(file: string, sql: string): QueryResult {
    return golds.get(`${this.#limits.invalidUtf8}\0${file}\0${sql}`, () =>
      this.#session.query(file, sql, { ...this.#limits, maxRows: MAX_GOLD_ROWS }),
    );
  }

  #run(file: string, sql: string, maxRows: number): QueryResult {
    // The session refuses longer text by itself.
    const checked = sql.length <= MAX_SQL_LENGTH;
    if (checked && isNoStatement(sql)) return { ok: true, columns: [], rows: [], truncated: false, seconds: 0 };
    if (checked && hasSecondStatement(sql))
      return { ok: false, kind: "error", error: "only one statement is run at a time" };
    const result = this.#session.query(file, sql, { ...this.#limits, maxRows });
    return result.ok ? result : { ok: false, kind: result.kind, error: result.error };
  }
}

function unjudged(file: string, { kind, error }: Extract<QueryResult, { ok: false }>): Verdict {
  if (isDatabaseFault(kind)) return { match: null, failure: { kind, error, file } };
  return { match: null, failure: { kind: "gold", error: `${kind}: ${error}`, file } };
}

/** A semicolon or a comment alone: Python's sqlite3 runs it, and it gives no rows. Nothing at all is no answer. */
function isNoStatement(sql: string): boolean {
  return /^\s*(?:;|--|\/\*)/.test(sql) && lex(sql).every(({ kind, text }) => kind === "comment" || text === ";");
}

/** Python's sqlite3 refuses whatever follows the first semicolon but comments, were it only another semicolon. */
function hasSecondStatement(sql: string): boolean {
  if (!sql.slice(0, -1).includes(";")) return false;
  const tokens = lex(sql).filter(({ kind }) => kind !== "comment");
  const first = tokens.findIndex(({ text }) => text === ";");
  return first >= 0 && first < tokens.length - 1;
}
