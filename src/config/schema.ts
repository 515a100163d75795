import { z } from "zod";
import { dataSection } from "./sections/data.js";
import { evaluationSection } from "./sections/evaluation.js";
import { inferenceSection } from "./sections/inference.js";
import { loraSection, modelSection, quantizationSection } from "./sections/model.js";
import { projectSection } from "./sections/project.js";
import { trainingSection } from "./sections/training.js";

/** Every section and key of a config file. Sections and keys may be left out; the defaults stand beside each key. */
export const configSchema = z.strictObject({
  project: projectSection.prefault({}),
  model: modelSection.prefault({}),
  quantization: quantizationSection.prefault({}),
  lora: loraSection.prefault({}),
  data: dataSection.prefault({}),
  training: trainingSection.prefault({}),
  evaluation: evaluationSection.prefault({}),
  inference: inferenceSection.prefault({}),
});

/** A whole config: every key has its value. */
export type Config = z.output<typeof configSchema>;
/** What a user writes: any part of a config. */
export type ConfigInput = z.input<typeof configSchema>;
export type ConfigSection = keyof Config;
