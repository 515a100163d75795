import type { Config } from "../config/index.js";
import type { Dataset } from "../data/types.js";
import { createDatabasePool, type DatabasePool } from "../database/index.js";
import { answerLines, type EvalReport, evaluate } from "../eval/index.js";
import { createEngine, type Engine } from "../infer/index.js";
import type { Model } from "../model/index.js";
import { writeFileAtomic } from "../observe/atomic-file.js";
import type { EvalEvent } from "../observe/events.js";
import type { GeneratedMetric, GenerationPlan } from "./generation-plan.js";
import { answersFile, type RunFolderPaths } from "./run-folder.js";

/** What generated answers scored. */
export type AnswerScores = Pick<EvalEvent, GeneratedMetric | "questions">;

/** Has the model under training answer questions. */
export interface AnswerEvaluation {
  /** Generate at each evaluation (1), at every second one (2), … */
  every: number;
  /** Answers with the weights as they are after `step`; rejects with the signal's reason and for nothing else. */
  score(step: number): Promise<AnswerScores>;
}

export interface AnswerEvaluationOptions {
  plan: GenerationPlan;
  engine: Pick<Engine, "generateBatch">;
  dataset: Pick<Dataset, "schemas" | "databases">;
  /** Where the answers are kept. */
  folder: Pick<RunFolderPaths, "evaluations">;
  signal: AbortSignal;
  warn(message: string): void;
  /** Runs the queries of one evaluation, and is closed after it. */
  createPool?: () => DatabasePool;
}

/**
 * An engine on the model that is being trained. It answers greedily with the adapter as it stands, without dropout;
 * nothing of the training (weights, moments, gradients, seeds) is touched.
 */
export function createAnswerEngine(config: Config, model: Model): Promise<Engine> {
  const { data, inference } = config;
  return createEngine({
    model,
    prompt: { program: data.prompt, schemaFormat: data.schema_format, system: data.system_prompt ?? undefined },
    batchSize: inference.batch_size,
    maxNewTokens: inference.max_new_tokens,
    repetitionPenalty: inference.repetition_penalty,
    constrain: inference.constrain,
  });
}

export function createAnswerEvaluation(options: AnswerEvaluationOptions): AnswerEvaluation {
  const { plan, engine, dataset, folder, signal, createPool = createDatabasePool } = options;
  const { questions, metrics, suites } = plan;
  const judgedBefore = new Map<GeneratedMetric, number>();
  const warned = new Set<string>();
  const warnOnce = (about: string, message: string): void => {
    if (!warned.has(about)) options.warn(message);
    warned.add(about);
  };

  const score = async (step: number): Promise<AnswerScores> => {
    const none = { ...Object.fromEntries(metrics.map((metric) => [metric, null])), questions: questions.length };
    if (questions.length === 0) return none;
    try {
      // Of its own, so that no process stands by, in memory that training needs, until the next one.
      await using pool = createPool();
      const report = await evaluate({
        engine,
        rows: questions,
        schemas: dataset.schemas,
        databases: dataset.databases,
        ...(metrics.includes("ts") ? { suites } : {}),
        metrics,
        pool,
        signal,
      });
      signal.throwIfAborted();
      const shares = sharesOf(report);
      await writeFileAtomic(answersFile(folder, step), answerLines(report));
      return { ...shares, questions: questions.length };
    } catch (error) {
      signal.throwIfAborted();
      const reason = (error as Error).message;
      warnOnce("score", `step ${step}: the generated answers could not be scored, and training goes on: ${reason}`);
      return none;
    }

    function sharesOf({ summary, details }: EvalReport): Partial<AnswerScores> {
      const share = (metric: GeneratedMetric): number | null => {
        const judged = details.filter((detail) => detail[metric] !== null).length;
        const before = judgedBefore.get(metric) ?? judged;
        judgedBefore.set(metric, Math.max(before, judged));
        if (judged < details.length) warnOnce(metric, `step ${step}: ${describeUnjudged(metric, judged, details)}`);
        // A share of fewer rows than before is another number, and no better or worse than the earlier ones.
        return judged < before ? null : summary[metric];
      };
      return Object.fromEntries(metrics.map((metric) => [metric, share(metric)]));
    }
  };
  return { every: plan.every, score };
}

function describeUnjudged(metric: GeneratedMetric, judged: number, details: EvalReport["details"]): string {
  const failed = details.find((detail) => detail[metric] === null && detail.failure);
  const reason = failed ? ` (${failed.db_id}: ${failed.failure?.error})` : "";
  return `${details.length - judged} of ${details.length} questions are not judged by ${metric}${reason}`;
}
