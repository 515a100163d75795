import { z } from "zod";
import { key } from "./key.js";

export const inferenceSection = z.strictObject({
  max_new_tokens: key(z.int().min(1), 256, "Longest answer in tokens."),
  do_sample: key(
    z.boolean(),
    true,
    "false is greedy: the likeliest token each time; temperature and top_p are not used.",
  ),
  temperature: key(z.number().min(0), 0.1, "Divides the logits before sampling; 0 is greedy."),
  top_p: key(z.number().gt(0).max(1), 0.95, "Sample from the likeliest tokens that make up this probability."),
  repetition_penalty: key(z.number().gt(0), 1.15, "HuggingFace's penalty on tokens already there; 1 turns it off."),
  batch_size: key(z.int().min(1), 64, "Questions answered together in evaluation and batches."),
});
