import type { Config } from "../config/index.js";
import { SqltuneError } from "../errors.js";
import type { EvalEvent } from "../observe/events.js";
import type { TrainerState } from "./trainer-state.js";

export type BestMetric = Config["training"]["metric_for_best_model"];

export interface BestMetricOptions {
  /** What decides; lower eval_loss is better, higher anything else. */
  metric: BestMetric;
  /** Evaluations in a row without an improvement that end the run; null never. */
  patience: number | null;
  /** An improvement must be larger than this to start the count again. */
  threshold: number;
}

/**
 * What an evaluation changes in the state: the best one so far and the count of evaluations without an improvement. As
 * transformers' Trainer with EarlyStoppingCallback: any better value becomes the best, but the count starts again only
 * where it is better by more than the threshold. Of equal shares of generated answers the one with the lower loss is the
 * better, which is not transformers' rule and does not start the count again. An evaluation without the metric (nothing was generated, or it could
 * not be judged) changes nothing.
 * @throws SqltuneError when the metric is not finite.
 */
export function judgeEvaluation(
  state: Pick<TrainerState, "best" | "early_stopping_counter">,
  evaluation: EvalEvent,
  options: Omit<BestMetricOptions, "patience">,
): Pick<TrainerState, "best" | "early_stopping_counter"> & { isBest: boolean } {
  const value = evaluation[options.metric] ?? null;
  if (value === null) {
    return { isBest: false, best: state.best, early_stopping_counter: state.early_stopping_counter };
  }
  if (!Number.isFinite(value)) {
    throw new SqltuneError(
      `${options.metric} at step ${evaluation.step} is ${value}: the model no longer gives numbers. Lower ` +
        "training.learning_rate, or compute in float32 (model.compute_dtype), and resume from an earlier checkpoint.",
    );
  }
  const before = state.best?.[options.metric] ?? null;
  const isBetter = before === null || (options.metric === "eval_loss" ? value < before : value > before);
  const improved = before === null || (isBetter && Math.abs(value - before) > options.threshold);
  // Shares of some dozens of answers are often the same, at first all 0: of those the lower loss is the better model.
  const isTie = value === before && isGenerated(options.metric);
  const isBest = isBetter || (isTie && evaluation.eval_loss < (state.best?.eval_loss ?? 0));
  return {
    isBest,
    best: isBest ? evaluation : state.best,
    early_stopping_counter: improved ? 0 : state.early_stopping_counter + 1,
  };
}

function isGenerated(metric: BestMetric): boolean {
  return metric !== "eval_loss" && metric !== "token_accuracy";
}

/** Whether early stopping ends the run now. */
export function isOutOfPatience(state: Pick<TrainerState, "early_stopping_counter">, patience: number | null): boolean {
  return patience !== null && state.early_stopping_counter >= patience;
}
