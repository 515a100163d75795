import { SqltuneError } from "../errors.js";
import type { EvalEvent } from "../observe/events.js";
import type { TrainerState } from "./trainer-state.js";

export type BestMetric = "eval_loss" | "token_accuracy";

export interface BestMetricOptions {
  /** What decides; lower eval_loss is better, higher token_accuracy. */
  metric: BestMetric;
  /** Evaluations in a row without an improvement that end the run; null never. */
  patience: number | null;
  /** An improvement must be larger than this to start the count again. */
  threshold: number;
}

/**
 * What an evaluation changes in the state: the best one so far and the count of evaluations without an improvement. As
 * transformers' Trainer with EarlyStoppingCallback: any better value becomes the best, but the count starts again only
 * where it is better by more than the threshold.
 * @throws SqltuneError when the metric is not finite.
 */
export function judgeEvaluation(
  state: Pick<TrainerState, "best" | "early_stopping_counter">,
  evaluation: EvalEvent,
  options: Omit<BestMetricOptions, "patience">,
): Pick<TrainerState, "best" | "early_stopping_counter"> & { isBest: boolean } {
  const value = evaluation[options.metric];
  if (!Number.isFinite(value)) {
    throw new SqltuneError(
      `${options.metric} at step ${evaluation.step} is ${value}: the model no longer gives numbers. Lower ` +
        "training.learning_rate, or compute in float32 (model.compute_dtype), and resume from an earlier checkpoint.",
    );
  }
  const before = state.best?.[options.metric] ?? null;
  const isBest = before === null || (options.metric === "eval_loss" ? value < before : value > before);
  const improved = before === null || (isBest && Math.abs(value - before) > options.threshold);
  return {
    isBest,
    best: isBest ? evaluation : state.best,
    early_stopping_counter: improved ? 0 : state.early_stopping_counter + 1,
  };
}

/** Whether early stopping ends the run now. */
export function isOutOfPatience(state: Pick<TrainerState, "early_stopping_counter">, patience: number | null): boolean {
  return patience !== null && state.early_stopping_counter >= patience;
}
