import { createDatabasePool, type DatabasePool } from "../database/index.js";
import { normalizeSql, queryCategory } from "../sql/statements.js";
import { type EvalDetail, type EvalReport, summarize } from "./eval-report.js";
import { ExecutionJudge } from "./execution-match.js";
import { DEFAULT_RULES, type ExecutionRules } from "./official-sql.js";

/** A prediction to be scored, by whatever system made it. */
export interface Prediction {
  id: string;
  question: string;
  /** The gold SQL. */
  sql: string;
  predicted: string;
  dbId: string | null;
  confidence?: number | undefined;
  latencyMs?: number | undefined;
}

export interface ScoreOptions {
  /** SQLite file of each database, by its id. Rows of others get no `ex`. */
  databases?: ReadonlyMap<string, string>;
  /** Runs the queries; default a pool of its own, closed at the end. */
  pool?: DatabasePool | undefined;
  /** Time limit of one query. Default: the pool's. */
  timeoutMs?: number | undefined;
  /** The official script's switches; see {@link ExecutionRules}. */
  rules?: Partial<ExecutionRules> | undefined;
  signal?: AbortSignal | undefined;
  onProgress?: ((progress: { done: number; total: number; correct: number }) => void) | undefined;
}

/** Enough to keep a pool's processes busy, few enough not to burden the signal with listeners. */
const ROWS_AT_ONCE = 8;

/** Scores predictions: string match for every row, execution accuracy for those with a database. */
export async function scorePredictions(
  predictions: readonly Prediction[],
  options: ScoreOptions = {},
): Promise<EvalReport> {
  const { databases = new Map(), signal, timeoutMs, onProgress } = options;
  const started = performance.now();
  const pool = options.pool ?? createDatabasePool();
  try {
    const judge = new ExecutionJudge(pool, { rules: { ...DEFAULT_RULES, ...options.rules }, signal, timeoutMs });
    const details: EvalDetail[] = new Array(predictions.length);
    let next = 0;
    let done = 0;
    let correct = 0;
    const scoreRows = async (): Promise<void> => {
      for (let i = next++; i < predictions.length; i = next++) {
        const prediction = predictions[i]!;
        details[i] = await score(
          prediction,
          prediction.dbId === null ? undefined : databases.get(prediction.dbId),
          judge,
        );
        if (details[i]!.ex) correct++;
        onProgress?.({ done: ++done, total: predictions.length, correct });
      }
    };
    await Promise.all(Array.from({ length: ROWS_AT_ONCE }, scoreRows));
    return { summary: summarize(details, (performance.now() - started) / 1000), details };
  } finally {
    if (!options.pool) await pool.close();
  }
}

async function score(prediction: Prediction, database: string | undefined, judge: ExecutionJudge): Promise<EvalDetail> {
  const { id, question, sql, predicted, dbId, confidence, latencyMs } = prediction;
  const verdict = database === undefined ? { match: null } : await judge.judge({ gold: sql, predicted, database });
  return {
    id,
    question,
    db_id: dbId,
    category: queryCategory(sql),
    gold_sql: sql,
    predicted_sql: predicted,
    exact_match: normalizeSql(predicted) === normalizeSql(sql),
    ex: verdict.match,
    ...(verdict.failure ? { failure: verdict.failure } : {}),
    ...(confidence === undefined ? {} : { confidence }),
    ...(latencyMs === undefined ? {} : { latency_ms: latencyMs }),
  };
}
