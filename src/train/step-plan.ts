import type { Config } from "../config/index.js";
import type { MicroBatchLimit } from "./batch.js";
import { createSampler, type Sampler } from "./sampler.js";
import { createScheduler, resolveWarmupSteps } from "./scheduler.js";

/** What the config and the number of rows make of a run: its steps, order of rows and learning rates. */
export interface StepPlanning {
  /** Optimizer steps in all. */
  steps: number;
  warmupSteps: number;
  /** Rows of one optimizer step. */
  rowsPerStep: number;
  sampler: Sampler;
  learningRate(step: number): number;
  trainLimit: MicroBatchLimit;
  evalLimit: MicroBatchLimit;
}

/** Steps are counted as HuggingFace's Trainer does: max_steps, or num_epochs x ceil(rows / rows per step), rounded up. */
export function planSteps(config: Config, rows: readonly { dbId: string | null }[]): StepPlanning {
  const { training } = config;
  const rowsPerStep = training.per_device_train_batch_size * training.gradient_accumulation_steps;
  const sampler = createSampler({
    rows,
    rowsPerStep,
    questionsPerGroup: training.questions_per_group,
    seed: config.project.seed,
    shuffleSchema: config.data.shuffle_schema,
  });
  const steps = training.max_steps ?? Math.ceil(training.num_epochs * sampler.stepsPerEpoch);
  const warmupSteps = resolveWarmupSteps(steps, {
    warmupSteps: training.warmup_steps,
    warmupRatio: training.warmup_ratio,
  });
  const multiplier = createScheduler(training.lr_scheduler_type, { totalSteps: steps, warmupSteps });
  const { micro_batch_tokens: tokens } = training;
  // auto is cut by rows until it is measured, and evaluation always: it needs far less memory than training.
  const limit = (rows: number): MicroBatchLimit =>
    typeof tokens === "number" ? { tokens, rows: null } : { tokens: null, rows };
  return {
    steps,
    warmupSteps,
    rowsPerStep,
    sampler,
    learningRate: (step) => training.learning_rate * multiplier(step),
    trainLimit: limit(training.per_device_train_batch_size),
    evalLimit: limit(training.per_device_eval_batch_size),
  };
}
