import type { DataPipeline, Dataset } from "../data/types.js";
import type { DatabasePool } from "../database/types.js";
import type { LintCheck } from "./lint-checks.js";

/** error: what is measured or trained is not what was meant. warning: probably a fault. note: good to know. */
export type LintSeverity = "error" | "warning" | "note";

export type LintSplit = "train" | "validation" | "test";

/** One row that a finding is about. */
export interface LintRow {
  /** Example.id: "questions.csv:12"; a file's name where the finding is about a place in a file. */
  id: string;
  /** Name of the file; null where the id names none (a pipeline of the user's own). */
  file: string | null;
  /** Counted from 0, a CSV's header not counted; null as for `file`. */
  row: number | null;
  /** Line of the file the row starts on, from 1; null for JSON and Parquet. */
  line: number | null;
  /** Where the row is; null when it was left out, or is no row. */
  split: LintSplit | null;
  /** What is wrong with this row in particular; "" where the finding says it all. */
  detail: string;
  question: string | null;
  sql: string | null;
}

export interface LintFinding {
  check: LintCheck;
  severity: LintSeverity;
  /** What was found, in one sentence. */
  message: string;
  /** What is counted: rows mostly; databases, files or lines where the message says so. */
  count: number;
  /** What to do. */
  fix: string;
  rows: LintRow[];
}

/** A check that could not be made, and why. */
export interface SkippedCheck {
  checks: LintCheck[];
  reason: string;
}

export interface LintSummary {
  /** Rows as the data source gives them; `dropped` are those it cannot use. */
  rows: Record<LintSplit | "dropped", number>;
  /** Different queries in each split, case and spacing aside: several questions may ask for one. */
  distinct_sql: Record<LintSplit, number>;
  databases: number;
  /** Findings, not rows. */
  errors: number;
  warnings: number;
  notes: number;
  skipped: SkippedCheck[];
  seconds: number;
}

export interface LintReport {
  /** Errors first. */
  findings: LintFinding[];
  summary: LintSummary;
}

export interface LintProgress {
  phase: "reading data" | "running gold SQL" | "looking for duplicates" | "counting tokens";
  done: number;
  total: number;
}

export interface LintOptions {
  /** Files whose rows should not be in the data: a test set, a benchmark. CSV, JSON, JSON Lines, Parquet or `SQL\tdb_id`. */
  against?: readonly string[] | undefined;
  /** Checks to leave out. */
  ignore?: readonly LintCheck[] | undefined;
  signal?: AbortSignal | undefined;
  onProgress?: ((progress: LintProgress) => void) | undefined;
  /** Seconds from which a gold query is called slow. Default 1. */
  slowSeconds?: number | undefined;
  /** Seconds after which a gold query is stopped. Default 10. */
  timeoutSeconds?: number | undefined;
  /** Share of the words that two near questions have in common, by edit distance; in (0, 1]. Default 0.8. */
  similarity?: number | undefined;
}

/** What only a config can tell about a data set. */
export interface LintContext extends LintOptions {
  /** Folder that the paths in `Dataset.checksums` start from. Default: the current one. */
  baseDir?: string | undefined;
  /** Token counts of a row's prompt and answer; without it lengths are not checked. */
  countTokens?: TokenCounter | undefined;
  /** Rows are not longer than this, and answers not than that. */
  maxTokens?: { row: number; answer: number } | undefined;
  /** A schema as the prompt shows it. Default: the `compact` format. */
  schemaText?: ((schema: NonNullable<ReturnType<Dataset["schemas"]["get"]>>) => string) | undefined;
  /** Checks that the caller could not prepare. */
  skipped?: readonly SkippedCheck[] | undefined;
  /** Runs the gold queries; default: one of its own, closed at the end. */
  pool?: DatabasePool | undefined;
}

/** Tokens of the whole row, and of its answer without the end token. */
export type TokenCounter = (row: { question: string; sql: string; dbId: string | null }) => {
  row: number;
  answer: number;
};

export interface LintConfigOptions extends LintOptions {
  /** Takes the place of the config's data source. */
  pipeline?: DataPipeline | undefined;
}
