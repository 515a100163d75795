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
  eval_loss: number;
  token_accuracy: number;
  em?: number;
  ex?: number;
  ts?: number;
}

export type RunEvent =
  | TrainEvent
  | EvalEvent
  | { event: "start"; step: number; steps: number; rows: number; dropped: number }
  | { event: "progress"; step: number; steps: number; loss: number; tokens_per_s: number; seconds_left: number }
  | { event: "checkpoint"; step: number; path: string }
  | { event: "note"; message: string }
  | { event: "warning"; message: string }
  | { event: "end"; step: number; reason: "done" | "early_stopping" | "interrupted"; seconds: number };

export type OnEvent = (event: RunEvent) => void;
