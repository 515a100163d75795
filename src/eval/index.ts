export { type ResultRows, resultsMatch } from "./compare-results.js";
export type { EvalDetail, EvalReport, EvalScores, EvalSummary } from "./eval-report.js";
export { type EvaluateOptions, type EvaluateProgress, evaluate } from "./evaluate.js";
export { ExecutionJudge, type ExecutionVerdict } from "./execution-match.js";
export type { ExecutionRules } from "./official-sql.js";
export { oneLineSql, readGoldFile, readPredictionFile, writeEvalFiles } from "./prediction-files.js";
export { type Prediction, type ScoreOptions, scorePredictions } from "./score-predictions.js";
export { readTestSet, type TestSetOptions } from "./test-set.js";
