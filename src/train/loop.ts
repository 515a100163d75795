import { SqltuneError } from "../errors.js";
import type { NativeAbort, NativeModel } from "../native/types.js";
import type { OnEvent } from "../observe/events.js";
import type { AnswerEvaluation } from "./answer-evaluation.js";
import { type EncodedRow, type MicroBatch, type MicroBatchLimit, packMicroBatches } from "./batch.js";
import { type BestMetricOptions, isOutOfPatience } from "./best-metric.js";
import { checkFinite, nameRows } from "./evaluate-loss.js";
import { evaluateStep } from "./evaluate-step.js";
import { deriveSeed } from "./random.js";
import type { Sampler } from "./sampler.js";
import { emptyWindow, type TrainerState } from "./trainer-state.js";

/** After this many steps in a row without a finite gradient a run ends: it would learn nothing. */
const MAX_SKIPPED = 3;

export interface LoopOptions {
  native: NativeModel;
  /** Where the run stands; changed as it goes on. */
  state: TrainerState;
  /** Optimizer steps in all. */
  steps: number;
  sampler: Sampler;
  /** Training rows of one group, their schema in the order of `schemaSeed`. */
  encodeGroup(indices: readonly number[], schemaSeed: number | null): EncodedRow[];
  limit: MicroBatchLimit;
  /** Packed validation rows; none, no evaluation. */
  evaluation: readonly MicroBatch[];
  /** Generates answers at some of the evaluations; without it at none. */
  answers?: AnswerEvaluation | null;
  /** Learning rate of a 0-based step. */
  learningRate(step: number): number;
  /** Seeds the dropout masks. */
  seed: number;
  loggingSteps: number;
  evalSteps: number | null;
  saveSteps: number | null;
  best: BestMetricOptions;
  /** Saves a checkpoint of `state`. */
  save(isBest: boolean): Promise<void>;
  emit: OnEvent;
  onPhase(phase: "training" | "evaluating" | "generating"): void;
  abort: NativeAbort;
  signal: AbortSignal;
}

export type LoopEnd = "done" | "early_stopping" | "interrupted";

/**
 * The optimizer steps of a run: train, and after each step what is due: log, evaluate, save. Starts at `state`, which
 * may be that of a checkpoint. An abort drops the step in progress and saves the last whole one.
 */
export async function runLoop(options: LoopOptions): Promise<LoopEnd> {
  const { state, steps, signal } = options;
  const session = { step: state.step, started: performance.now(), tokens: 0, seconds: 0, saved: state.step };
  const run = { ...options, session };
  const isOver = () => state.step >= steps || isOutOfPatience(state, options.best.patience);
  try {
    // What was due after the step of the checkpoint but had not been done when the run was stopped.
    if (state.step > 0) await finishStep(run);
    while (!isOver()) {
      signal.throwIfAborted();
      await trainStep(run);
      await finishStep(run);
    }
    return state.step >= steps ? "done" : "early_stopping";
  } catch (error) {
    if (!signal.aborted || !isAbort(error, signal)) throw error;
    await options.native.zeroGrad();
    if (state.step > session.saved) await options.save(false);
    return "interrupted";
  }
}

type Run = LoopOptions & {
  /** Since this process took the run up. */
  session: { step: number; started: number; tokens: number; seconds: number; saved: number };
};

/** One optimizer step: the gradient of every micro-batch, then the update. `state` changes only when it is whole. */
async function trainStep(run: Run): Promise<void> {
  const { native, state, session } = run;
  run.onPhase("training");
  const started = performance.now();
  const plan = run.sampler.stepAt(state.cursor);
  const groups = plan.groups.map(({ rows, schemaSeed }) => run.encodeGroup(rows, schemaSeed));
  const microBatches = packMicroBatches(groups, run.limit);
  let [lossSum, labelledTokens, tokens] = [0, 0, 0];
  for (const [index, { batch, rows, unpackedTokens }] of microBatches.entries()) {
    // A seed of its own for each call: a resumed run draws the same masks without any generator's state.
    const result = await native.forwardBackward(batch, deriveSeed(run.seed, state.step, index), run.abort);
    checkFinite(result, rows, `step ${state.step + 1}`);
    lossSum += result.lossSum;
    labelledTokens += result.tokens;
    tokens += unpackedTokens;
  }
  const learningRate = run.learningRate(state.step);
  const { gradNorm, skipped } = await native.step(learningRate);
  const seconds = (performance.now() - started) / 1000;

  const { window, total } = state;
  state.step++;
  state.cursor = plan.next;
  state.epoch = epochOf(run, state);
  state.learning_rate = learningRate;
  state.grad_norm = gradNorm;
  state.skipped_in_a_row = skipped ? state.skipped_in_a_row + 1 : 0;
  state.window = {
    lossSum: window.lossSum + lossSum,
    labelledTokens: window.labelledTokens + labelledTokens,
    tokens: window.tokens + tokens,
    seconds: window.seconds + seconds,
    skipped: window.skipped + Number(skipped),
    steps: window.steps + 1,
  };
  state.total = {
    ...total,
    tokens: total.tokens + tokens,
    seconds: total.seconds + seconds,
    skipped: total.skipped + Number(skipped),
  };
  session.tokens += tokens;
  session.seconds += seconds;
  if (skipped) reportSkipped(run, microBatches, gradNorm);
  emitProgress(run);
}

/** Logs, evaluates and saves where it is due after the step that `state` stands at. Doing it twice does it once. */
async function finishStep(run: Run): Promise<void> {
  const { state, session, saveSteps } = run;
  const atEnd = state.step >= run.steps;
  if (atEnd || state.step % run.loggingSteps === 0) emitTrain(run);

  let isBest = false;
  const evalDue = atEnd || (run.evalSteps !== null && state.step % run.evalSteps === 0);
  if (evalDue && state.last_eval?.step !== state.step && run.evaluation.length > 0) {
    isBest = await evaluateStep(run);
  }
  const stops = atEnd || isOutOfPatience(state, run.best.patience);
  if (stops) emitTrain(run);

  const saveDue = stops || (saveSteps !== null && state.step % saveSteps === 0);
  if (isBest || (saveDue && session.saved !== state.step)) {
    await run.save(isBest);
    session.saved = state.step;
  }
}

function emitTrain(run: Run): void {
  const { state } = run;
  const { window } = state;
  if (window.steps === 0) return;
  run.emit({
    event: "train",
    step: state.step,
    epoch: state.epoch,
    loss: window.lossSum / window.labelledTokens,
    lr: state.learning_rate,
    grad_norm: state.grad_norm,
    tokens: window.tokens,
    tokens_per_s: window.tokens / window.seconds,
    ...(window.skipped > 0 ? { skipped: window.skipped } : {}),
  });
  state.window = emptyWindow();
}

function emitProgress({ state, session, steps, emit }: Run): void {
  const elapsed = (performance.now() - session.started) / 1000;
  emit({
    event: "progress",
    step: state.step,
    steps,
    loss: state.window.lossSum / state.window.labelledTokens,
    tokens_per_s: session.tokens / session.seconds,
    // Evaluation and saving so far are in the elapsed time, and so in the estimate.
    seconds_left: (elapsed / (state.step - session.step)) * (steps - state.step),
  });
}

/** The weights are untouched where a gradient was not finite; a run of such steps is an error. */
function reportSkipped({ state, emit }: Run, microBatches: readonly MicroBatch[], gradNorm: number): void {
  const rows = nameRows(microBatches.flatMap((micro) => micro.rows));
  if (state.skipped_in_a_row >= MAX_SKIPPED) {
    throw new SqltuneError(
      `The gradient was not finite (norm ${gradNorm}) in ${MAX_SKIPPED} steps in a row, the last at step ${state.step}. ` +
        `Rows of that step: ${rows}. Nothing of it was saved. Lower training.learning_rate or compute in float32 ` +
        "(model.compute_dtype); then --resume goes on from the last checkpoint.",
      { code: "ERR_SQLTUNE_NOT_FINITE" },
    );
  }
  emit({
    event: "warning",
    message: `step ${state.step} was skipped: its gradient is not finite (norm ${gradNorm}); rows: ${rows}`,
  });
}

function epochOf({ sampler }: Run, { step }: TrainerState): number {
  return step / sampler.stepsPerEpoch;
}

function isAbort(error: unknown, signal: AbortSignal): boolean {
  return error === signal.reason || (error as { code?: string } | null)?.code === "ERR_SQLTUNE_ABORTED";
}
