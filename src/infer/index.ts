export { calibratedConfidence, logProbability } from "./calibration.js";
export { confidence } from "./confidence.js";
export { type Constrain, constraintFor } from "./constrain.js";
export { createEngine } from "./create-engine.js";
export { Engine } from "./engine.js";
export { engineFromConfig, samplingFromConfig } from "./engine-config.js";
export type {
  Alternative,
  Answer,
  AnswerOptions,
  CallOptions,
  EngineOptions,
  Execute,
  Execution,
  PromptOptions,
  Question,
  Selection,
  StreamedToken,
  Timings,
} from "./engine-types.js";
export { type ExampleQuestion, exampleQuestions } from "./examples.js";
export { fitCalibration, fitSigmoid, type JudgedAnswer } from "./fit-calibration.js";
export { generateRows, type RowRequest } from "./generate-rows.js";
export { type SamplingOptions, samplingSpec } from "./sampling.js";
export { TokenText } from "./token-text.js";
