/** Everything that training and evaluation tell the world; one object a line in metrics.jsonl. */
export interface TrainEvent {
  event: "train";
  step: number;
  epoch: number;
  /** Mean loss per labelled token over the steps since the last train event, nats. */
  loss: number;
  lr: number;
  grad_norm: number;
  /** Tokens of the unpacked rows since the last event. */
  tokens: number;
  tokens_per_s: number;
  skipped?: number;
}

export interface EvalEvent {
  event: "eval";
  step: number;
  /** Mean loss per token of the gold answers, nats. */
  eval_loss: number;
  /** exp(eval_loss). */
  perplexity: number;
  /** Share of those tokens that the model found the likeliest. */
  token_accuracy: number;
  /** Shares of the generated answers that are right; null where they could not be judged. Absent where none were asked. */
  em?: number | null;
  ex?: number | null;
  ts?: number | null;
  exact_match?: number | null;
  /** Questions that were answered for them. */
  questions?: number;
  /** What the loss cost, and what answering and scoring cost. */
  eval_seconds?: number;
  generate_seconds?: number;
}

export type RunEvent =
  | TrainEvent
  | EvalEvent
  | { event: "start"; step: number; steps: number; rows: number; dropped: number }
  | { event: "progress"; step: number; steps: number; loss: number; tokens_per_s: number; seconds_left: number }
  | { event: "checkpoint"; step: number; path: string }
  | { event: "note"; message: string }
  | { event: "warning"; message: string }
  | EndEvent;

export interface EndEvent {
  event: "end";
  step: number;
  reason: "done" | "early_stopping" | "interrupted";
  /** Of this session. */
  seconds: number;
  /** Of the whole run, over all its sessions: training steps, evaluation losses, generated answers. */
  train_seconds?: number;
  eval_seconds?: number;
  generate_seconds?: number;
}

export type OnEvent = (event: RunEvent) => void;
