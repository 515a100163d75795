import type { Config } from "./schema.js";

/**
 * Keys that stand in configs for compatibility with the Python seed project and with HuggingFace, are checked by the
 * schema, and have no effect beyond that. Every other key is read by the room that does what it says.
 */
export const acceptedOnly: ReadonlySet<string> = new Set([
  "quantization.load_in_4bit",
  "quantization.bnb_4bit_compute_dtype",
  "quantization.bnb_4bit_quant_type",
  "quantization.bnb_4bit_use_double_quant",
  "model.trust_remote_code",
  "lora.bias",
  "lora.task_type",
  "training.optim",
]);

/** What a user of a config might not expect of it; one line each. */
export function configNotes(config: Config): string[] {
  const notes: string[] = [];
  if (config.model.trust_remote_code) {
    notes.push("model.trust_remote_code is true, without effect: sqltune runs no code of a model repository.");
  }
  if (/8bit|paged/.test(config.training.optim)) {
    notes.push(
      `training.optim is ${config.training.optim}: computed as fused AdamW with moments in float32, unpaged; they are as small as the adapter.`,
    );
  }
  return notes;
}
