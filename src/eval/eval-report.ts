import type { QueryFailureKind } from "../database/index.js";
import type { QueryCategory } from "../sql/statements.js";

/** One question and what became of it. Keys are as they stand in the JSON. */
export interface EvalDetail {
  /** Where the row came from. */
  id: string;
  question: string;
  db_id: string | null;
  category: QueryCategory;
  gold_sql: string;
  predicted_sql: string;
  /** Equal as text, normalised as the Python seed project does. */
  exact_match: boolean;
  /** Equal results; null where there is no database or the gold cannot be judged. */
  ex: boolean | null;
  /** Why the prediction, or the gold ("gold"), gave no result. */
  failure?: { kind: QueryFailureKind | "gold"; error: string };
  confidence?: number;
  latency_ms?: number;
}

/** Scores of some of the rows; shares are in [0, 1] and null where there is nothing to divide by. */
export interface EvalScores {
  questions: number;
  exact_match: number | null;
  ex: number | null;
  /** Rows that `ex` is a share of. */
  ex_judged: number;
}

/**
 * `ex` is Spider's execution accuracy, `exact_match` the seed's string comparison. The official exact set match `em` and
 * test-suite accuracy `ts` have their place beside `ex`, in the scores and in each detail.
 */
export interface EvalSummary extends EvalScores {
  exact_matches: number;
  ex_correct: number;
  /** Predictions that gave no result, by reason. */
  failures: Partial<Record<QueryFailureKind, number>>;
  by_category: Record<QueryCategory, EvalScores>;
  by_database: Record<string, EvalScores>;
  /** Mean of the engine's confidences; null for predictions that came without. */
  mean_confidence: number | null;
  seconds: number;
}

export interface EvalReport {
  summary: EvalSummary;
  details: EvalDetail[];
}

export function summarize(details: readonly EvalDetail[], seconds: number): EvalSummary {
  const failures: EvalSummary["failures"] = {};
  for (const { failure } of details) {
    if (failure && failure.kind !== "gold") failures[failure.kind] = (failures[failure.kind] ?? 0) + 1;
  }
  const databases = [...new Set(details.flatMap(({ db_id }) => db_id ?? []))].sort();
  const confidences = details.flatMap(({ confidence }) => confidence ?? []);
  const inCategory = (category: QueryCategory): EvalScores => scores(details.filter((d) => d.category === category));
  return {
    ...scores(details),
    exact_matches: details.filter(({ exact_match }) => exact_match).length,
    ex_correct: details.filter(({ ex }) => ex === true).length,
    failures,
    by_category: { simple: inCategory("simple"), filter: inCategory("filter"), aggregation: inCategory("aggregation") },
    by_database: Object.fromEntries(databases.map((db) => [db, scores(details.filter(({ db_id }) => db_id === db))])),
    mean_confidence: share(
      confidences.reduce((sum, value) => sum + value, 0),
      confidences.length,
    ),
    seconds,
  };
}

function scores(details: readonly EvalDetail[]): EvalScores {
  const judged = details.filter(({ ex }) => ex !== null);
  return {
    questions: details.length,
    exact_match: share(details.filter(({ exact_match }) => exact_match).length, details.length),
    ex: share(judged.filter(({ ex }) => ex).length, judged.length),
    ex_judged: judged.length,
  };
}

function share(part: number, whole: number): number | null {
  return whole === 0 ? null : part / whole;
}
