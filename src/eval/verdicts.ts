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

/**
 * Kinds of a miss, the gravest first: a row gets the first that applies.
 * - unknown_column: also a name that could be a column of several tables, or of a table that FROM does not read
 * - set_operation_or_nesting: another set operation, or another number of nested queries in one place
 * - wrong_table_or_join: other tables, other columns to join on, an outer join for an inner one
 * - wrong_filter_column: also a condition too many or too few
 * - grouping_or_having: all that differs in HAVING, and a condition that moved between WHERE and HAVING
 * - ordering_or_limit: not an order that was not asked for and cuts nothing off
 * - other: the structure is the same, the results are not
 */
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
