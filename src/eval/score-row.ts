import { normalizeSql, queryCategory } from "../sql/statements.js";
import type { Evaluator } from "./definition.js";
import { type EvalDetail, isRight, type Verdict } from "./eval-report.js";
import type { ExactSetJudge } from "./exact-set-judge.js";
import type { ExecutionJudge, ExecutionVerdict } from "./execution/index.js";
import { classifyMiss } from "./misses/index.js";
import type { SchemaSource } from "./schema-source.js";
import type { Prediction } from "./score-predictions.js";
import type { Miss } from "./verdicts.js";

/** Everyone who has a say in a row. */
export interface Judges {
  verdicts: ReadonlySet<Verdict>;
  evaluator: Evaluator;
  exactSet: ExactSetJudge;
  execution: ExecutionJudge;
  databases: ReadonlyMap<string, string>;
  suites: ReadonlyMap<string, readonly string[]> | null;
  schemas: SchemaSource;
}

/**
 * Longer queries, in characters, are not parsed: a model that repeats itself without end must not hold up the others, and
 * no gold is a hundredth as long.
 */
const LONGEST_PARSED = 100_000;

/** Brings the judges' verdicts on one prediction together. */
export async function scoreRow(prediction: Prediction, index: number, judges: Judges): Promise<EvalDetail> {
  const { id, question, sql: gold, predicted, dbId, confidence, latencyMs, finishReason } = prediction;
  const { calibratedConfidence, abstained, repairs = 0 } = prediction;
  const exactSet = judges.exactSet.judge(gold, predicted.length > LONGEST_PARSED ? "" : predicted, dbId);
  const ran = await execute(prediction, judges);
  const asked = (verdict: "em" | "ex" | "ts", value: boolean | null | undefined) =>
    judges.verdicts.has(verdict) ? (value ?? null) : null;
  const detail: EvalDetail = {
    index,
    id,
    question,
    db_id: dbId,
    hardness: exactSet?.hardness ?? null,
    category: queryCategory(gold),
    predicted,
    gold,
    em: asked("em", exactSet?.em),
    ex: asked("ex", ran?.ex),
    ts: asked("ts", ran?.ts),
    parsed: exactSet?.parsed ?? null,
    partial: judges.verdicts.has("em") ? (exactSet?.partial ?? null) : null,
    ...(judges.verdicts.has("em") && exactSet?.scriptError ? { official_script_error: exactSet.scriptError } : {}),
    exact_match: normalizeSql(predicted) === normalizeSql(gold),
    error: null,
    ...(ran?.failure ? { failure: ran.failure } : {}),
    seconds: ran?.seconds ?? 0,
    ...(ran && judges.verdicts.has("ts") && ran.ts !== null ? { suite_size: ran.suiteSize } : {}),
    ...(confidence === undefined ? {} : { confidence }),
    ...(calibratedConfidence === undefined ? {} : { calibrated_confidence: calibratedConfidence }),
    ...(abstained ? { abstained } : {}),
    ...(repairs > 0 ? { repairs } : {}),
    ...(latencyMs === undefined ? {} : { latency_ms: latencyMs }),
    ...(finishReason === undefined ? {} : { finish_reason: finishReason }),
  };
  if (isRight(detail) === false) detail.error = missOf(detail, judges);
  return detail;
}

function missOf({ db_id, gold, predicted, failure }: EvalDetail, { schemas }: Judges): Miss {
  if (predicted.length > LONGEST_PARSED) {
    const detail = `The prediction has ${predicted.length} characters; it was not parsed.`;
    return { kind: "does_not_parse", all: ["does_not_parse"], detail, invented: [] };
  }
  const schema = schemas.of(db_id);
  if (schema) return classifyMiss({ gold, predicted, schema, ...(failure ? { failure } : {}) });
  const detail = "The schema is not known, so that the queries cannot be compared.";
  return { kind: "other", all: ["other"], detail, invented: [] };
}

async function execute({ sql: gold, predicted, dbId }: Prediction, judges: Judges): Promise<ExecutionVerdict | null> {
  const { verdicts, evaluator, exactSet, execution, databases, suites } = judges;
  const database = dbId === null ? undefined : databases.get(dbId);
  if (database === undefined || !(verdicts.has("ex") || verdicts.has("ts"))) return null;
  if (evaluator === "test-suite") {
    const suite = verdicts.has("ts") ? (suites?.get(dbId!) ?? [database]) : undefined;
    return execution.judge({ gold, predicted, database, suite });
  }
  const selectKeys = exactSet.selectKeys(gold, predicted.length > LONGEST_PARSED ? "" : predicted, dbId!);
  if (selectKeys) return execution.judge({ gold, predicted, database, selectKeys });
  const error = "Spider's first script compares parsed queries, and its parser does not read the gold";
  return { ex: null, ts: null, suiteSize: 0, failure: { kind: "gold", error }, seconds: 0 };
}
