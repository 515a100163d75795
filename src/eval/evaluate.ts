import type { Example } from "../data/types.js";
import { SqltuneError } from "../errors.js";
import type { Answer, Engine, Question } from "../infer/index.js";
import type { Schema } from "../schema/types.js";
import type { EvalReport } from "./eval-report.js";
import { type ScoreOptions, scorePredictions } from "./score-predictions.js";

export interface EvaluateOptions extends Omit<ScoreOptions, "onProgress" | "schemas"> {
  engine: Pick<Engine, "generateBatch">;
  rows: readonly Example[];
  /** Schemas by database id, as in a Dataset; a row without one is asked without a schema. */
  schemas: ReadonlyMap<string, Schema>;
  /** Gets each answer as soon as it is there, with the place of its row. */
  onAnswer?: ((answer: Answer, index: number) => void) | undefined;
  onProgress?: ((progress: EvaluateProgress) => void) | undefined;
}

export interface EvaluateProgress {
  /** The model answers all questions first; then its queries are judged. "loss" is answerLoss's. */
  phase: "answer" | "execute" | "loss";
  done: number;
  total: number;
  /** Right answers so far; 0 while the model answers. */
  correct: number;
}

/**
 * Has an engine answer the questions and scores its answers as `scorePredictions` does.
 *
 * @throws SqltuneError for no rows; rejects with the signal's reason once it is aborted
 */
export async function evaluate(options: EvaluateOptions): Promise<EvalReport> {
  const { engine, rows, schemas, signal, onAnswer, onProgress, ...score } = options;
  if (rows.length === 0) throw new SqltuneError("there is nothing to evaluate: the set has no rows");
  const started = performance.now();
  let done = 0;
  const answers = await engine.generateBatch(
    rows.map((row) => question(row, schemas, score.databases)),
    {
      ...(signal ? { signal } : {}),
      onAnswer: (answer, index) => {
        onAnswer?.(answer, index);
        onProgress?.({ phase: "answer", done: ++done, total: rows.length, correct: 0 });
      },
    },
  );
  const predictions = rows.map((row, i) => ({
    ...row,
    predicted: answers[i]!.sql,
    confidence: answers[i]!.confidence,
    calibratedConfidence: answers[i]!.calibratedConfidence ?? undefined,
    abstained: answers[i]!.abstained,
    repairs: answers[i]!.repairs,
    latencyMs: answers[i]!.timings.totalMs,
    finishReason: answers[i]!.finishReason,
  }));
  const report = await scorePredictions(predictions, {
    ...score,
    schemas,
    signal,
    onProgress: (progress) => onProgress?.({ phase: "execute", ...progress }),
  });
  report.summary.seconds = (performance.now() - started) / 1000;
  return report;
}

function question(
  { question, dbId }: Example,
  schemas: ReadonlyMap<string, Schema>,
  databases: ReadonlyMap<string, string> | undefined,
): Question {
  const schema = dbId === null ? undefined : schemas.get(dbId);
  // Where candidates are run, if the engine has some to choose from or to repair.
  const database = dbId === null ? undefined : databases?.get(dbId);
  return { question, ...(schema ? { schema } : {}), ...(database === undefined ? {} : { database }) };
}
