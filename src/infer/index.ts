export { confidence } from "./confidence.js";
export { createEngine, Engine } from "./engine.js";
export type {
  Answer,
  CallOptions,
  EngineOptions,
  PromptOptions,
  Question,
  StreamedToken,
  Timings,
} from "./engine-types.js";
export { type ExampleQuestion, exampleQuestions } from "./examples.js";
export { type PlannedBatch, type PlannedPrompt, planBatches } from "./plan-batches.js";
export { type SamplingOptions, samplingFromConfig, samplingSpec } from "./sampling.js";
export { TokenText } from "./token-text.js";
