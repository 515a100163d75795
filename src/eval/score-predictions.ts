import { setMaxListeners } from "node:events";
import { setImmediate as nextTurn } from "node:timers/promises";
import { createDatabasePool, type DatabasePool } from "../database/index.js";
import type { Schema } from "../schema/types.js";
import { checksumsOf } from "./checksums.js";
import { definitionOf, type Evaluator } from "./definition.js";
import { type EvalDetail, type EvalReport, isRight, type Verdict } from "./eval-report.js";
import { ExactSetJudge } from "./exact-set-judge.js";
import { DEFAULT_RULES, ExecutionJudge, type ExecutionRules } from "./execution/index.js";
import type { OfficialSchemas } from "./official/index.js";
import { SchemaSource } from "./schema-source.js";
import { type Judges, scoreRow } from "./score-row.js";
import { counted } from "./scores.js";
import { summarize } from "./summarize.js";

/** A prediction to be scored, by whatever system made it. */
export interface Prediction {
  id: string;
  question: string;
  /** The gold SQL. */
  sql: string;
  predicted: string;
  dbId: string | null;
  confidence?: number | undefined;
  calibratedConfidence?: number | undefined;
  abstained?: boolean | undefined;
  /** Rounds of repair. */
  repairs?: number | undefined;
  latencyMs?: number | undefined;
  finishReason?: string | undefined;
}

export interface ScoreOptions {
  /** SQLite file of each database, by its id. Rows of others get no `ex` and no `ts`. */
  databases?: ReadonlyMap<string, string>;
  /** Files of each database's test suite, by its id: see findSuites. Without them there is no `ts`. */
  suites?: ReadonlyMap<string, readonly string[]> | undefined;
  /** Schemas by database id: they tell why a row is wrong and, without `tables`, give exact set match its schemas. */
  schemas?: ReadonlyMap<string, Schema> | undefined;
  /** Spider's tables.json, as readOfficialSchemas reads it. */
  tables?: { file: string; schemas: OfficialSchemas } | undefined;
  /** Verdicts to give; default all that can be given. String match is always there. */
  metrics?: readonly Verdict[] | undefined;
  /** Whose rules; default "test-suite". */
  evaluator?: Evaluator | undefined;
  /** Runs the queries; default a pool of its own, closed at the end. */
  pool?: DatabasePool | undefined;
  /** Time limit of one query in milliseconds. Default 60,000, the official script's. */
  timeoutMs?: number | undefined;
  /** The official script's switches; see {@link ExecutionRules}. */
  rules?: Partial<{ [Rule in keyof ExecutionRules]: boolean | undefined }> | undefined;
  signal?: AbortSignal | undefined;
  onProgress?: ((progress: { done: number; total: number; correct: number }) => void) | undefined;
}

/** Many, because the pool gives rows of one database to one process, and neighbouring rows share theirs. */
const ROWS_AT_ONCE = 1024;
/** Rows between two turns of the event loop, where nothing is awaited: Ctrl-C stays alive. */
const ROWS_PER_TURN = 16;

/**
 * Scores predictions: string match for every row, exact set match for those whose schema is known, execution and
 * test-suite accuracy for those with a database.
 */
export async function scorePredictions(
  predictions: readonly Prediction[],
  options: ScoreOptions = {},
): Promise<EvalReport> {
  const { timeoutMs, onProgress, evaluator = "test-suite", tables } = options;
  const verdicts = new Set<Verdict>(["exact_match", ...(options.metrics ?? (["em", "ex", "ts"] as const))]);
  const rules = rulesOf(options.rules);
  const [databases, suites] = [options.databases ?? new Map<string, string>(), options.suites ?? null];
  if (databases.size === 0) verdicts.delete("ex");
  if (suites === null || evaluator === "spider") verdicts.delete("ts");
  const started = performance.now();
  const pool = options.pool ?? createDatabasePool();
  const stop = new AbortController();
  const signal = AbortSignal.any([stop.signal, ...(options.signal ? [options.signal] : [])]);
  setMaxListeners(0, signal);
  try {
    const schemas = new SchemaSource(options.schemas ?? new Map(), databases);
    const exactSet = new ExactSetJudge({ official: tables?.schemas, schemas: schemas.given, evaluator, ...rules });
    if (exactSet.isEmpty) verdicts.delete("em");
    const execution = new ExecutionJudge(pool, { rules, evaluator, signal, timeoutMs });
    const judges: Judges = { verdicts, evaluator, exactSet, execution, databases, suites, schemas };
    const checksums = checksumsOf({
      ...{ rows: predictions, databases, suites: suites ?? new Map() },
      tables: exactSet.isEmpty ? null : (tables?.file ?? schemas.given),
    });
    // Awaited at the end; a row that throws before must not leave it unhandled.
    checksums.catch(() => undefined);

    const details: EvalDetail[] = new Array(predictions.length);
    let [next, done, correct] = [0, 0, 0];
    const scoreRows = async (): Promise<void> => {
      for (let i = next++; i < predictions.length; i = next++) {
        if (i % ROWS_PER_TURN === 0) await nextTurn();
        signal.throwIfAborted();
        const detail = await scoreRow(predictions[i]!, i, judges);
        details[i] = detail;
        if (isRight(detail)) correct++;
        onProgress?.({ done: ++done, total: predictions.length, correct });
      }
    };
    await Promise.all(Array.from({ length: Math.min(ROWS_AT_ONCE, predictions.length) }, scoreRows));

    const ran = verdicts.has("ex") || verdicts.has("ts");
    const summary = summarize(details, {
      definition: definitionOf({ evaluator, rules, verdicts, schemas: schemaSource(exactSet, tables) }),
      checksums: await checksums,
      databases: {
        missing: ran ? rowsBy(details, (detail) => isMissing(detail, databases)) : {},
        corrupt: ran ? rowsBy(details, ({ failure }) => failure?.kind === "corrupt_database") : {},
        without_suite: suites && ran ? rowsBy(details, ({ db_id, ts }) => ts !== null && !suites.has(db_id!)) : {},
      },
      hasSchema: (dbId) => schemas.of(dbId) !== null,
      seconds: (performance.now() - started) / 1000,
    });
    return { summary, details };
  } finally {
    // After an error no other row goes on.
    stop.abort();
    if (!options.pool) await pool.close();
  }
}

function rulesOf(given: ScoreOptions["rules"] = {}): ExecutionRules {
  const set = Object.entries(given).filter(([, value]) => value !== undefined);
  return { ...DEFAULT_RULES, ...Object.fromEntries(set) };
}

function schemaSource(exactSet: ExactSetJudge, tables: ScoreOptions["tables"]) {
  if (exactSet.isEmpty) return null;
  return tables ? "tables.json" : "schema catalogue";
}

/** Rows of each database that `counts`, by its id. */
function rowsBy(details: readonly EvalDetail[], counts: (detail: EvalDetail) => boolean): Record<string, number> {
  return counted(details.flatMap((detail) => (detail.db_id !== null && counts(detail) ? detail.db_id : [])));
}

function isMissing({ failure, db_id }: EvalDetail, databases: ReadonlyMap<string, string>): boolean {
  return !databases.has(db_id!) || failure?.kind === "missing_database";
}
