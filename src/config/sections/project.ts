import { z } from "zod";
import { key } from "./key.js";

export const projectSection = z.strictObject({
  name: key(z.string().min(1), "sqltune", "Name of the project, written to the run's report and the model card."),
  seed: key(
    z.int().min(0).max(4294967295),
    42,
    "Seeds the split, the order of the rows, the adapter's start, dropout and sampling.",
  ),
  output_dir: key(
    z.string().min(1),
    "outputs/sqltune",
    "The run folder: run.json, metrics.jsonl, status.json, checkpoints and final_model. Relative to the current folder.",
  ),
});
