import type { Config } from "../config/index.js";
import type { Checkpointing, OptimizerSpec } from "../native/types.js";

/** The config's AdamW, as the addon takes it. */
export function optimizerSpec(training: Config["training"]): OptimizerSpec {
  return {
    beta1: training.adam_beta1,
    beta2: training.adam_beta2,
    eps: training.adam_epsilon,
    weightDecay: training.weight_decay,
    maxGradNorm: training.max_grad_norm,
  };
}

/** training.gradient_checkpointing as the addon takes it; true is HuggingFace's name of "block". */
export function checkpointingOf({ gradient_checkpointing: mode }: Config["training"]): Checkpointing {
  if (mode === false) return "none";
  return mode === true ? "block" : mode;
}
