import type { Schema } from "../schema/types.js";

export interface Example {
  /** Where the row came from, for messages: "train.json:12", "questions.csv:7000". */
  id: string;
  question: string;
  sql: string;
  /** Key into Dataset.schemas; null when the row has no schema (the seed's CSV). */
  dbId: string | null;
}

/** Why a row was left out; every dropped row is named in the report. */
export interface DroppedRow {
  id: string;
  reason: string;
}

export interface Dataset {
  train: Example[];
  validation: Example[];
  test: Example[];
  schemas: ReadonlyMap<string, Schema>;
  /** SQLite file of each database that can be executed. */
  databases: ReadonlyMap<string, string>;
  dropped: DroppedRow[];
  /** sha256 of each source file, by path as configured: resume compares them. */
  checksums: Record<string, string>;
  /** Lines worth telling the user: how it was split, leaks between splits. */
  notes: string[];
}

/** A data source: built in, or the user's own class named by `data.pipeline: ./my.ts#MyPipeline`. */
export interface DataPipeline {
  prepare(): Promise<Dataset>;
}
