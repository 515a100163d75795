import { writeSync } from "node:fs";
import { train } from "../../src/train/index.js";
import { killConfig, tinyPipeline } from "./train-fixture.js";

// Trains until it is killed or done, and says every event at once: the parent aims by them.
const [model, outputDir] = process.argv.slice(2) as [string, string];
await train(killConfig(model, outputDir), {
  pipeline: tinyPipeline(),
  resume: true,
  onEvent: ({ event }) => writeSync(1, `${event}\n`),
});
