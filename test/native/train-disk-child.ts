import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { readCheckpoint } from "../../src/train/checkpoint.js";
import { train } from "../../src/train/index.js";
import { tinyConfig, tinyPipeline } from "./train-fixture.js";

// Trains with a checkpoint a step into a folder on a small disk, and says how that ended.
const [model, outputDir] = process.argv.slice(2) as [string, string];
const training = {
  max_steps: 40,
  save_steps: 1,
  save_total_limit: null,
  eval_steps: 50,
  load_best_model_at_end: false,
};
const error = await train(tinyConfig(model, outputDir, { training }), { pipeline: tinyPipeline() }).then(
  () => null,
  (reason: Error) => reason,
);
const names = readdirSync(join(outputDir, "checkpoints"));
const steps = await Promise.all(
  names.map(async (name) => (await readCheckpoint(join(outputDir, "checkpoints", name))).state.step),
);
const last = readFileSync(join(outputDir, "last"), "utf8").trim();
const locked = existsSync(join(outputDir, "run.lock"));
process.stdout.write(JSON.stringify({ message: error?.message, code: error?.name, names, steps, last, locked }));
