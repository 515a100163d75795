/**
 * What judging one prediction gives, whoever judges it: exact set match (./official), execution (./execution) and the
 * kind of a miss (./misses). score-predictions.ts brings them together in one row of the report.
 */

/** Spider's hardness of the gold query (evaluation.py, `eval_hardness`). */
export type Hardness = "easy" | "medium" | "hard" | "extra";
export const HARDNESS: readonly Hardness[] = ["easy", "medium", "hard", "extra"];

/** Spider's ten components, by the names of its own report (evaluation.py, `eval_partial_match`). */
export const COMPONENTS = [
  "select",
  "select(no AGG)",
  "where",
  "where(no OP)",
  "group(no Having)",
  "group",
  "order",
  "and/or",
  "IUEN",
  "keywords",
] as const;
export type Component = (typeof COMPONENTS)[number];

/** One component of one row, as the official script counts it; accuracy, recall and F1 of a set follow from these. */
export interface ComponentScore {
  acc: number;
  rec: number;
  f1: number;
  label_total: number;
  pred_total: number;
}

export type PartialScores = Record<Component, ComponentScore>;

/** Exact set match of one row. */
export interface ExactSetVerdict {
  em: boolean;
  /** Spider's own parser read the prediction; where it does not, the script compares with an empty query. */
  parsed: boolean;
  hardness: Hardness;
  partial: PartialScores;
}

/** Kinds of a miss, the gravest first: a row gets the first that applies. */
export const MISS_KINDS = [
  "does_not_parse",
  "unknown_table",
  "unknown_column",
  "set_operation_or_nesting",
  "wrong_table_or_join",
  "wrong_aggregate",
  "extra_or_missing_column",
  "wrong_column_selected",
  "wrong_filter_column",
  "wrong_operator",
  "wrong_value",
  "grouping_or_having",
  "ordering_or_limit",
  "distinct",
  "other",
] as const;
export type MissKind = (typeof MISS_KINDS)[number];

/** Why a prediction is not the gold. */
export interface Miss {
  kind: MissKind;
  /** Every kind that applies, `kind` among them. */
  all: MissKind[];
  /** One sentence: what the gold has and what the prediction has instead. */
  detail: string;
  /** Names of tables and columns that the prediction uses and the schema does not have. */
  invented: string[];
}
