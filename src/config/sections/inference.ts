import { z } from "zod";
import { key } from "./key.js";

export const inferenceSection = z.strictObject({
  max_new_tokens: key(z.int().min(1), 256, "Longest answer in tokens."),
  prompt_limit: key(
    z.int().min(1).nullable(),
    null,
    "Longest prompt in tokens; a longer one is refused. null: as long as the model's context.",
  ),
  do_sample: key(
    z.boolean(),
    true,
    "false is greedy: the likeliest token each time; temperature and top_p are not used.",
  ),
  temperature: key(z.number().min(0), 0.1, "Divides the logits before sampling; 0 is greedy."),
  top_p: key(z.number().gt(0).max(1), 0.95, "Sample from the likeliest tokens that make up this probability."),
  repetition_penalty: key(z.number().gt(0), 1.15, "HuggingFace's penalty on tokens already there; 1 turns it off."),
  batch_size: key(z.int().min(1), 64, "Questions answered together in evaluation and batches."),
  constrain: key(
    z.enum(["off", "lex", "schema"]),
    "off",
    "What an answer may be: anything, SQLite's grammar (lex), or that grammar over the schema's names (schema).",
  ),
  select: key(
    z.enum(["first-executable", "vote", "logprob"]).nullable(),
    null,
    "Choose among several candidates: the likeliest that runs, the result most of them give, or the likeliest. null: one answer.",
  ),
  candidates: key(z.int().min(1), 5, "How many inference.select chooses among: the greedy one and samples."),
  sample_temperature: key(z.number().min(0), 0.7, "Temperature of those samples."),
  repair: key(
    z.int().min(0),
    0,
    "Rounds in which an answer that fails on the database is asked for again, with the database's error.",
  ),
  abstain_below: key(
    z.number().min(0).max(1).nullable(),
    null,
    "Mark answers with a lower confidence as abstained: the calibrated one where the adapter has a calibration.",
  ),
  prefix_cache_mb: key(
    z.int().min(0).nullable(),
    null,
    "Memory for schemas kept from question to question, in MiB; 0 keeps none, null is 192.",
  ),
});
