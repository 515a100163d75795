import { z } from "zod";
import { generatedMetrics } from "./evaluation.js";
import { key } from "./key.js";

const steps = () => z.int().min(1).nullable();

/** HuggingFace's names of AdamW; what is computed is fused AdamW in float32 for each of them. */
export const adamwNames = [
  "adamw_torch",
  "adamw_torch_fused",
  "adamw_hf",
  "adamw_8bit",
  "adamw_bnb_8bit",
  "paged_adamw",
  "paged_adamw_8bit",
  "paged_adamw_32bit",
] as const;

/** Trackers that training.report_to may name. */
export const trackers = ["tensorboard", "wandb", "mlflow"] as const;

export const trainingSection = z.strictObject({
  num_epochs: key(z.number().gt(0), 3, "Passes over the training rows; max_steps goes before it."),
  max_steps: key(steps(), null, "Stop after this many optimizer steps; null trains num_epochs."),
  per_device_train_batch_size: key(z.int().min(1), 4, "Rows of one forward and backward pass."),
  gradient_accumulation_steps: key(
    z.int().min(1),
    4,
    "Passes per optimizer step; a step sees per_device_train_batch_size times this many rows.",
  ),
  questions_per_group: key(
    z.int().min(1),
    8,
    "Up to this many questions of one database stand in a group, and its schema is computed once for all of them.",
  ),
  micro_batch_tokens: key(
    z.union([z.int().min(1), z.literal("auto"), z.null()]),
    null,
    "Most packed tokens of one forward and backward pass; a step's rows are then cut by tokens, not by per_device_train_batch_size. auto measures the best size when the run starts. null cuts by rows.",
  ),
  per_device_eval_batch_size: key(z.int().min(1), 4, "Rows of one evaluation pass."),
  learning_rate: key(z.number().gt(0), 2e-4, "Peak learning rate."),
  lr_scheduler_type: key(
    z.enum(["cosine", "linear", "constant", "constant_with_warmup"]),
    "cosine",
    "Learning rate over the steps, as HuggingFace computes it. constant has no warm-up.",
  ),
  warmup_ratio: key(z.number().min(0).max(1), 0.03, "Share of the steps that the learning rate rises over."),
  warmup_steps: key(z.int().min(0).nullable(), null, "Warm-up in steps; null takes warmup_ratio."),
  optim: key(
    z.enum(adamwNames),
    "adamw_torch",
    "The optimizer: fused AdamW, whichever of its HuggingFace names is given.",
  ),
  adam_beta1: key(z.number().min(0).lt(1), 0.9, "AdamW's decay of the first moment."),
  adam_beta2: key(z.number().min(0).lt(1), 0.999, "AdamW's decay of the second moment."),
  adam_epsilon: key(z.number().gt(0), 1e-8, "AdamW's epsilon."),
  weight_decay: key(z.number().min(0), 0.01, "Decoupled weight decay of the adapter."),
  max_grad_norm: key(z.number().min(0), 1.0, "Gradients are clipped to this L2 norm; 0 turns clipping off."),
  bf16: key(z.boolean(), false, "Compute in bfloat16: the same as model.compute_dtype: bfloat16."),
  fp16: key(z.boolean(), false, "Compute in float16 on a GPU: the same as model.compute_dtype: float16."),
  gradient_checkpointing: key(
    z.union([z.boolean(), z.enum(["block", "selective"])]),
    false,
    "Keep less of each block and compute it again in the backward pass: less memory, more time. selective keeps the attention and computes the MLP again; block, or true, keeps the block's input alone.",
  ),
  logging_steps: key(z.int().min(1), 25, "Steps between train events in metrics.jsonl."),
  eval_steps: key(steps(), 250, "Steps between evaluations on the validation rows; null evaluates only at the end."),
  save_steps: key(steps(), 250, "Steps between checkpoints; null saves only at the end or when interrupted."),
  save_total_limit: key(steps(), 3, "Checkpoints kept, the best one besides; null keeps all."),
  load_best_model_at_end: key(
    z.boolean(),
    true,
    "final_model is the checkpoint with the best metric_for_best_model, not the last one.",
  ),
  metric_for_best_model: key(
    z.enum(["eval_loss", "token_accuracy", ...generatedMetrics]),
    "eval_loss",
    "What says which checkpoint is best; lower eval_loss, higher anything else. em, ex, ts and exact_match need evaluation.generate.",
  ),
  early_stopping_patience: key(
    z.int().min(1).nullable(),
    null,
    "Stop after this many evaluations in a row without an improvement; null never stops early.",
  ),
  early_stopping_threshold: key(z.number().min(0), 0, "An improvement smaller than this does not count."),
  report_to: key(
    z.union([z.enum(["none", ...trackers]), z.array(z.enum(trackers))]),
    "none",
    "Trackers besides the terminal, metrics.jsonl and status.json, which are always there: tensorboard, wandb, mlflow, or a list of them. See watching.md.",
  ),
  threads: key(z.int().min(1).nullable(), null, "CPU threads; null takes the physical cores."),
});
