/** What /v1 answers, as docs/serving.md describes it. Fields that an older server lacks are optional. */
import type { Schema } from "../../../src/schema/types.js";

export type { Column, ForeignKey, Schema, Table } from "../../../src/schema/types.js";

export interface DatabaseSummary {
  name: string;
  origin: "file" | "upload";
  bytes: number;
  tables: string[];
}

export interface DatabaseDetails extends DatabaseSummary {
  schema: Omit<Schema, "dbId"> & { ddl: string };
}

/** Integers beyond 2^53 and numbers that JSON lacks are texts. */
export type Cell = string | number | null | { base64: string };

export interface ResultTable {
  columns: string[];
  rows: Cell[][];
  /** Whether rows were left out. */
  truncated: boolean;
}

export interface QueryReply extends ResultTable {
  seconds: number;
}

export interface AnswerToken {
  text: string;
  probability: number;
}

export interface Alternative {
  sql: string;
  confidence: number;
  executable: boolean | null;
  votes?: number;
}

export type Constrain = "off" | "lex" | "schema";

export interface AnswerTimings {
  queue_ms: number;
  encode_ms: number;
  generate_ms: number;
  execute_ms: number | null;
  total_ms: number;
  batch?: number;
}

export interface SqlAnswer {
  id: string;
  model: string;
  database: string | null;
  sql: string;
  confidence: number;
  calibrated_confidence?: number | null;
  abstained?: boolean;
  finish_reason: "stop" | "length";
  executable: boolean | null;
  error: { kind: string; message: string } | null;
  parses: boolean;
  tables: string[];
  columns: { table: string; column: string }[];
  unknown_names: string[];
  result: ResultTable | null;
  alternatives?: Alternative[];
  tokens?: AnswerToken[];
  repairs?: number;
  cached_tokens?: number;
  usage: { prompt_tokens: number; completion_tokens: number; total_tokens: number };
  timings: AnswerTimings;
}

export interface SqlRequest {
  question: string;
  schema?: string;
  database?: string;
  model?: string;
  constrain?: Constrain;
  select?: "first-executable" | "vote" | "logprob";
  n?: number;
  repair?: number;
  stream?: boolean;
}

export type Verdict = "right" | "wrong" | "corrected";

export interface FeedbackRequest {
  question: string;
  sql: string;
  verdict: Verdict;
  corrected_sql?: string;
  model?: string;
  database?: string;
  schema?: string;
}

/** OpenAI's list of models. */
export interface ModelList {
  data: { id: string }[];
}
