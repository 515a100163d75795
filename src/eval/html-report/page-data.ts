/** What the page finds in its data element: written by the builder, read by the page's script. Types alone. */

export type PageVerdict = "em" | "ex" | "ts" | "exact_match";

/** A value of a result: null is NULL, a string is TEXT, `n` a number as SQLite writes it, `b` the start of a blob. */
export type PageCell = null | string | { n: string } | { b: string; bytes: number };

export interface PageTable {
  columns: string[];
  /** The first rows only; `total` tells how many there are. */
  rows: PageCell[][];
  total: number;
  /** True where there are more than `total`, which then is as far as was counted. */
  more: boolean;
}

export interface PageMiss {
  kind: string;
  /** Every kind that applies, `kind` among them. */
  all: string[];
  detail: string;
  invented: string[];
}

/** One component of exact set match in one row; null where neither query has it. */
export type PageComponent = { name: string; right: boolean };

export interface PageRow {
  index: number;
  id: string;
  question: string;
  db: string | null;
  hardness: string | null;
  category: string;
  gold: string;
  predicted: string;
  verdicts: Record<PageVerdict, boolean | null>;
  parsed: boolean | null;
  /** Components that the gold or the prediction has. */
  components: PageComponent[];
  miss: PageMiss | null;
  failure: { kind: string; error: string } | null;
  seconds: number;
  suiteSize: number | null;
  confidence: number | null;
  /** By the adapter's calibration. */
  calibrated: number | null;
  abstained: boolean;
  latencyMs: number | null;
  finishReason: string | null;
  results: { gold: PageTable | null; predicted: PageTable | null } | null;
  /** Text and probability of each token of the answer. */
  tokens: [text: string, probability: number][] | null;
}

export interface PageMetric {
  key: PageVerdict;
  /** "EX" */
  short: string;
  /** "Execution accuracy" */
  name: string;
  /** How it is defined; empty where the report does not say. */
  definition: string;
}

export interface PageComponentScores {
  name: string;
  accuracy: number;
  recall: number;
  f1: number;
}

export interface PageData {
  title: string;
  /** Those that judged at least one row; the first is shown at the start. */
  metrics: PageMetric[];
  rows: PageRow[];
  /** Of all rows and of each hardness; empty where exact set match was not judged. */
  components: { level: string; scores: PageComponentScores[] }[];
  /** A label and a number, below the headline. */
  facts: [label: string, value: string][];
  /** A name and a text for the foot: rules, checksums, versions. */
  method: [name: string, text: string][];
}
