import type { QueryFailureKind } from "../database/index.js";
import type { QueryCategory } from "../sql/statements.js";
import type { ExecutionFailure } from "./execution/index.js";
import type { Reliability } from "./reliability.js";
import type { Component, Hardness, Miss, MissKind, PartialScores } from "./verdicts.js";

/** Verdicts that a report can hold, by their key in a detail. */
export const VERDICTS = ["em", "ex", "ts", "exact_match"] as const;
export type Verdict = (typeof VERDICTS)[number];

/** One question and what became of it. Keys are as they stand in the JSON; a verdict that was not given is null, never false. */
export interface EvalDetail {
  /** Place among the rows that were scored, from 0. */
  index: number;
  /** Where the row came from. */
  id: string;
  question: string;
  db_id: string | null;
  /** Spider's hardness of the gold; null without a schema, or where Spider's parser cannot read the gold. */
  hardness: Hardness | null;
  category: QueryCategory;
  predicted: string;
  gold: string;
  /** Official exact set match; null where `hardness` is. */
  em: boolean | null;
  /** Equal results on the question's database; null where there is none or the gold cannot be judged. */
  ex: boolean | null;
  /** Equal results on every database of the test suite; null as `ex`, and where no suites were given. */
  ts: boolean | null;
  /** Spider's parser read the prediction; null where `hardness` is. */
  parsed: boolean | null;
  /** The ten components of exact set match; null where `em` is. */
  partial: PartialScores | null;
  /** Why the official script would stop at this row, and print no score at all; `em` is then the rules' own verdict. */
  official_script_error?: string;
  /** Equal as text, normalised as the Python seed project does. */
  exact_match: boolean;
  /** Why the prediction is wrong; null for a right one and for a row that nothing could judge. See {@link isRight}. */
  error: Miss | null;
  /** Why the prediction, or the gold ("gold"), gave no result. */
  failure?: ExecutionFailure;
  /** Time that running both queries took. */
  seconds: number;
  /** Databases that `ts` was judged on; 1 where the database has no suite. */
  suite_size?: number;
  confidence?: number;
  /** By the adapter's calibration; absent where it has none. */
  calibrated_confidence?: number;
  /** True where the confidence was too low to stand by the answer. It is scored all the same. */
  abstained?: boolean;
  /** Times the model was asked again because its SQL failed. */
  repairs?: number;
  latency_ms?: number;
  /** How the model's answer ended: "stop", "length" or "prompt_too_long". */
  finish_reason?: string;
}

/** Scores of some of the rows; shares are in [0, 1] and null where there is nothing to divide by. */
export interface EvalScores {
  questions: number;
  em: number | null;
  /** Rows that `em` is a share of; so for the others. */
  em_judged: number;
  ex: number | null;
  ex_judged: number;
  ts: number | null;
  ts_judged: number;
  exact_match: number | null;
}

/** Accuracy, recall and F1 of one of Spider's ten components, as the official script prints them. */
export interface ComponentScores {
  accuracy: number;
  recall: number;
  f1: number;
}

/** Loss of the gold answers under the model, teacher-forced. */
export interface AnswerLoss {
  /** Mean over all tokens of the gold answers, in nats. */
  loss: number;
  /** exp(loss). */
  perplexity: number;
  /** Share of those tokens that the model found the likeliest. */
  token_accuracy: number;
  tokens: number;
  /** Rows that are longer than the model's context, and so not in these numbers. */
  rows_too_long: number;
}

/** How the verdicts were reached, so that a number can be read without this program at hand. */
export interface EvalDefinition {
  evaluator: "test-suite" | "spider";
  rules: { keep_distinct: boolean; plug_value: boolean; value_placeholder: boolean };
  /** What each verdict means, by its key. */
  metrics: Partial<Record<Verdict, string>>;
  /** Where em's schemas came from. */
  schemas: "tables.json" | "schema catalogue" | null;
}

/** sha256 in hexadecimal; null for what was not used. */
export interface EvalChecksums {
  /** Of the scored rows as gold.sql has them: one `SQL<tab>db_id` a line. */
  gold: string;
  /** Of tables.json, or of the schemas that took its place. */
  tables: string | null;
  /** Of one line `sha256  db_id` for each database, sorted by db_id. */
  databases: string | null;
  /** Of one line `sha256  db_id/file` for each suite database, sorted. */
  suites: string | null;
}

export interface EvalSummary extends EvalScores {
  em_correct: number;
  ex_correct: number;
  ts_correct: number;
  exact_matches: number;
  /** Predictions that Spider's parser read. */
  parsed: number | null;
  /** Predictions that gave no result, by reason. */
  failures: Partial<Record<QueryFailureKind, number>>;
  /** Rows whose gold could not be judged by execution. */
  gold_failures: number;
  /** Rows at which the official script would stop with a Python error; see `official_script_error`. */
  official_script_errors: number;
  by_hardness: Record<Hardness, EvalScores>;
  by_category: Record<QueryCategory, EvalScores>;
  by_database: Record<string, EvalScores>;
  /** Of all rows that em judged, and of each hardness that has some; null where there are none. */
  components:
    | (Record<"all", Record<Component, ComponentScores>> &
        Partial<Record<Hardness, Record<Component, ComponentScores>>>)
    | null;
  misses: {
    total: number;
    by_kind: Record<MissKind, number>;
    by_hardness: Record<Hardness | "unknown", Partial<Record<MissKind, number>>>;
  };
  /** Predictions that name a table or column which the schema does not have; the share is of rows with a schema. */
  invented_names: { questions: number; share: number | null };
  databases: {
    /** Databases that the rows name. */
    named: number;
    /** Rows of each database without a file, and of each whose file is no SQLite database: their `ex` is null. */
    missing: Record<string, number>;
    corrupt: Record<string, number>;
    /** Rows of each database that was judged on its one file because it has no suite; empty when no suites were given. */
    without_suite: Record<string, number>;
  };
  /** Only for a model that was asked here. */
  answer_loss?: AnswerLoss;
  /** Mean of the engine's confidences; null for predictions that came without. */
  mean_confidence: number | null;
  /** How far the confidences can be trusted; null without confidences, or where no row was judged by `judged_by`. */
  reliability: {
    /** "ex" where rows were judged by execution, else "em". */
    judged_by: "ex" | "em";
    confidence: Reliability | null;
    calibrated_confidence: Reliability | null;
  } | null;
  /** Scores of the rows that were not abstained from; `coverage` is their share. Null where no answer abstained. */
  answered: (EvalScores & { coverage: number }) | null;
  definition: EvalDefinition;
  checksums: EvalChecksums;
  /** Time from the first row to the last, the model's included. */
  seconds: number;
  /** Time that queries took, added up over all rows: more than passed when they run side by side. */
  query_seconds: number;
}

export interface EvalReport {
  summary: EvalSummary;
  details: EvalDetail[];
}

/**
 * Whether a prediction is right by the strictest verdict on its answer: the test suite's, else execution's, else exact set
 * match; null where none of them could judge it. String match is no judge: most right answers are written differently.
 */
export function isRight(detail: Pick<EvalDetail, "em" | "ex" | "ts">): boolean | null {
  return detail.ts ?? detail.ex ?? detail.em;
}
