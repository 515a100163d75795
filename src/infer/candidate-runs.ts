import type { DatabasePool } from "../database/index.js";
import type { Execute, Execution } from "./engine-types.js";

/** Time limit of one query in milliseconds: what takes longer is no answer to a question that somebody waits on. */
const TIMEOUT_MS = 10_000;
/** Rows that votes are counted by; longer results are compared as far as these. */
const MAX_ROWS = 10_000;
const MAX_BYTES = 8 * 2 ** 20;

/** Runs SQL on a SQLite file, read-only, in the pool's processes. */
export function executeOn(pool: DatabasePool, file: string): Execute {
  return async (sql, signal): Promise<Execution> => {
    const limits = { maxRows: MAX_ROWS, maxBytes: MAX_BYTES, timeoutMs: TIMEOUT_MS };
    const result = await pool.query(file, sql, { ...limits, signal });
    if (result.ok) return { ok: true, rows: result.rows, columns: result.columns };
    const { kind, error } = result;
    const broken = kind === "missing_database" || kind === "corrupt_database";
    return { ok: false, error, ...(broken ? { fault: "database" as const } : {}) };
  };
}

/** What became of one SQL text on the database of a question. */
export interface CandidateRun {
  /** Null where the database is at fault: that says nothing of the SQL. */
  executable: boolean | null;
  error: string | null;
  /** Empty where it did not run. */
  rows: readonly (readonly unknown[])[];
}

/** Runs the candidates of one question; each text once, however often it is asked for. */
export class CandidateRuns {
  /** Time spent so far, in milliseconds; of runs side by side the sum. */
  ms = 0;
  private readonly known = new Map<string, Promise<CandidateRun>>();
  private readonly done = new Map<string, CandidateRun>();

  constructor(
    private readonly execute: Execute,
    private readonly signal: AbortSignal | undefined,
  ) {}

  run(sql: string): Promise<CandidateRun> {
    const run = this.known.get(sql) ?? this.start(sql);
    this.known.set(sql, run);
    return run;
  }

  /** What became of a text that has been run; undefined for others. */
  finished(sql: string): CandidateRun | undefined {
    return this.done.get(sql);
  }

  private async start(sql: string): Promise<CandidateRun> {
    const started = performance.now();
    const run = sql === "" ? NO_SQL : read(await this.execute(sql, this.signal));
    this.ms += performance.now() - started;
    this.done.set(sql, run);
    return run;
  }
}

const NO_SQL: CandidateRun = { executable: false, error: "there is no SQL in the answer", rows: [] };

function read({ ok, error, rows = [], fault }: Execution): CandidateRun {
  if (ok) return { executable: true, error: null, rows };
  return { executable: fault === "database" ? null : false, error: error ?? "it failed", rows: [] };
}
