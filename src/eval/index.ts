export { type AnswerLossOptions, answerLoss } from "./answer-loss.js";
export * from "./comparison/index.js";
export type { Evaluator } from "./definition.js";
export {
  type AnswerLoss,
  type ComponentScores,
  type EvalChecksums,
  type EvalDefinition,
  type EvalDetail,
  type EvalReport,
  type EvalScores,
  type EvalSummary,
  isRight,
  type Verdict,
} from "./eval-report.js";
export { type EvaluateOptions, type EvaluateProgress, evaluate } from "./evaluate.js";
export { ExecutionJudge, type ExecutionRules, findSuites, type ResultRows, resultsMatch } from "./execution/index.js";
export { type GoldRow, readGoldFile } from "./gold-file.js";
export { buildPageData, type HtmlReportExtras, htmlReport, type PageData, resultTables } from "./html-report/index.js";
export { markdownReport } from "./markdown-report.js";
export { type OfficialSchemas, readOfficialSchemas } from "./official/index.js";
export { oneLineSql } from "./one-line-sql.js";
export { readPredictionFile } from "./prediction-file.js";
export { type Reliability, type ReliabilityBin, reliability } from "./reliability.js";
export { answerLines, checkOutput, writeEvalFiles } from "./report-files.js";
export { type Prediction, type ScoreOptions, scorePredictions } from "./score-predictions.js";
export { readScoringInputs, type ScoringFiles, type ScoringInputs } from "./scoring-inputs.js";
export { readTestSet, spread, type TestSetOptions } from "./test-set.js";
export type {
  Component,
  ComponentScore,
  ExactSetVerdict,
  Hardness,
  Miss,
  MissKind,
  PartialScores,
} from "./verdicts.js";
export * from "./wikisql/index.js";
