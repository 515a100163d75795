import type { EvalEvent } from "../observe/events.js";
import type { MicroBatchChoice } from "./micro-batch-choice.js";
import type { SamplerCursor } from "./sampler.js";

/** trainer_state.json: all that a run needs to go on besides the adapter and the optimizer's tensors. */
export interface TrainerState {
  format: 1;
  /** Optimizer steps done. */
  step: number;
  /** Epochs done, with its fraction. */
  epoch: number;
  cursor: SamplerCursor;
  /** Learning rate of the last step. */
  learning_rate: number;
  /** Norm of the last step's gradient before clipping. */
  grad_norm: number;
  /** Best evaluation so far, by metric_for_best_model. */
  best: EvalEvent | null;
  /** Evaluations in a row without an improvement. */
  early_stopping_counter: number;
  last_eval: EvalEvent | null;
  /** Steps in a row whose gradient was not finite. */
  skipped_in_a_row: number;
  /** Since the last train event. */
  window: LossWindow;
  /** Since the start of the run, over all its sessions. */
  total: RunTotal;
  setting: RunSetting;
}

/** Sums over all sessions of a run. Seconds are those of training steps, of evaluation losses, of generated answers. */
export interface RunTotal {
  tokens: number;
  seconds: number;
  skipped: number;
  eval_seconds: number;
  generate_seconds: number;
}

/** What a train event is made of. */
export interface LossWindow {
  lossSum: number;
  labelledTokens: number;
  /** Tokens of the unpacked rows. */
  tokens: number;
  /** Seconds spent in training steps (evaluation and saving do not count). */
  seconds: number;
  skipped: number;
  steps: number;
}

/** What must be the same for a resumed run to be the same run. */
export interface RunSetting {
  /** sha256 of each source file. */
  dataChecksums: Record<string, string>;
  /** sha256 of the rows and schemas that came of them: filters and splits change it. */
  rowsChecksum: string;
  baseName: string;
  baseHash: string;
  /** Site by site "name r": the shapes of the adapter. */
  loraModules: string[];
  /** What `micro_batch_tokens: auto` chose, and why; null where the config says the size itself. */
  microBatch?: MicroBatchChoice | null;
  /** Settings that make the arithmetic; another value ends bit-exactness but not the run. */
  exactness: Record<string, string | number | boolean | null>;
}

export function emptyWindow(): LossWindow {
  return { lossSum: 0, labelledTokens: 0, tokens: 0, seconds: 0, skipped: 0, steps: 0 };
}

/** The state of a run that has not begun. */
export function initialState(setting: RunSetting): TrainerState {
  return {
    format: 1,
    step: 0,
    epoch: 0,
    cursor: { epoch: 0, row: 0 },
    learning_rate: 0,
    grad_norm: 0,
    best: null,
    early_stopping_counter: 0,
    last_eval: null,
    skipped_in_a_row: 0,
    window: emptyWindow(),
    total: { tokens: 0, seconds: 0, skipped: 0, eval_seconds: 0, generate_seconds: 0 },
    setting,
  };
}

/** The state of a checkpoint, in the present setting. One of an earlier version has no times of evaluations. */
export function continueState(saved: TrainerState, setting: RunSetting): TrainerState {
  const { total, ...state } = saved;
  return { ...state, total: { ...initialState(setting).total, ...total }, setting };
}
