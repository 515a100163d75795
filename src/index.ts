/** The public library: all that the command line does, for TypeScript. */

export {
  type AdapterConfig,
  type AdapterFolder,
  readAdapterFolder,
  type SqltuneFile,
  sqltuneVersion,
} from "./adapter/index.js";
export {
  type Config,
  type ConfigInput,
  chooseConfig,
  configNotes,
  type LoadConfigOptions,
  loadConfig,
  type Override,
  quickstartConfig,
  resolveConfig,
} from "./config/index.js";
export {
  createPipeline,
  type DataOptions,
  type DataPipeline,
  type Dataset,
  type DatasetName,
  type DroppedRow,
  dataOptions,
  type Example,
  JsonlPipeline,
  SpiderCsvPipeline,
  SpiderPipeline,
  type SplitMode,
  SqlCreateContextPipeline,
  WikiSqlHubPipeline,
  WikiSqlPipeline,
} from "./data/index.js";
export {
  createDatabasePool,
  type DatabasePool,
  type DatabasePoolOptions,
  type QueryFailure,
  type QueryFailureKind,
  type QueryOptions,
  type QueryResult,
  type QuerySuccess,
  type SqlValue,
} from "./database/index.js";
export { SqltuneError } from "./errors.js";
export {
  type CompareOptions,
  type Comparison,
  type Component,
  type ComponentScore,
  compareReports,
  type EvalChecksums,
  type EvalDefinition,
  type EvalDetail,
  type EvalReport,
  type EvalScores,
  type EvalSummary,
  type EvaluateOptions,
  type EvaluateProgress,
  type Evaluator,
  type ExecutionRules,
  evaluate,
  findSuites,
  type GoldRow,
  type Hardness,
  type HtmlReportExtras,
  htmlReport,
  type Miss,
  type MissKind,
  markdownReport,
  type NamedReport,
  type PairComparison,
  type PartialScores,
  type Prediction,
  readGoldFile,
  readPredictionFile,
  readReport,
  readScoringInputs,
  readTestSet,
  resultTables,
  type ScoreOptions,
  type ScoringFiles,
  type ScoringInputs,
  scorePredictions,
  type TestSetOptions,
  type VerdictComparison,
  writeEvalFiles,
} from "./eval/index.js";
export {
  classifyMiss,
  inventedNames,
  type MissInput,
} from "./eval/misses/index.js";
export {
  type ComponentSummary,
  componentSummary,
  ExactSetMatch,
  type ExactSetMatchOptions,
  type OfficialSchemas,
  type OfficialVerdict,
  readOfficialSchemas,
} from "./eval/official/index.js";
export {
  readWikiSqlPredictions,
  readWikiSqlRows,
  readWikiSqlTables,
  type WikiSqlDetail,
  type WikiSqlPrediction,
  type WikiSqlRow,
  type WikiSqlScores,
  wikiSqlScores,
} from "./eval/wikisql/index.js";
export {
  type DownloadProgress,
  type ModelSource,
  type Pulled,
  type PullOptions,
  pull,
  resolveAdapter,
  resolveDataset,
  resolveModel,
} from "./hub/index.js";
export {
  type Answer,
  type CallOptions,
  confidence,
  createEngine,
  type Engine,
  type EngineOptions,
  type ExampleQuestion,
  exampleQuestions,
  type PromptOptions,
  type Question,
  type SamplingOptions,
  type StreamedToken,
  samplingFromConfig,
  type Timings,
} from "./infer/index.js";
export {
  type LintCheck,
  type LintConfigOptions,
  type LintFinding,
  type LintReport,
  lint,
  lintDataset,
  lintText,
} from "./lint/index.js";
export { type AdapterInfo, type LoadModelOptions, loadModel, type Model } from "./model/index.js";
export { type SetupOptions, type SetupResult, setup } from "./native/build.js";
export { type Diagnosis, diagnose } from "./native/diagnose.js";
export type { DecoderConfig, DeviceName, DType, NativeInfo } from "./native/types.js";
export type { EndEvent, EvalEvent, OnEvent, RunEvent, TrainEvent } from "./observe/events.js";
export { createTerminalReporter, type TerminalReporter } from "./observe/terminal-reporter.js";
export { type QuickstartExample, type QuickstartOptions, type QuickstartSummary, quickstart } from "./quickstart.js";
export {
  type Column,
  type Dialect,
  type ForeignKey,
  parseSchema,
  readSchemaArgument,
  readSqliteSchema,
  type Schema,
  type SchemaFormat,
  serializeSchema,
  type Table,
} from "./schema/index.js";
export { createServer, type ServedModel, type ServerOptions } from "./server/index.js";
export {
  formatSql,
  parseSelect,
  type ResolvedNames,
  resolveNames,
  type SelectStatement,
  SqlSyntaxError,
} from "./sql/syntax/index.js";
export type { Tokenizer } from "./tokenizer/types.js";
export {
  type DryRun,
  dryRun,
  type MemoryEstimate,
  type PlanMemory,
  type PlanOptions,
  type PlanProbe,
  type PlanReport,
  plan,
  type TrainOptions,
  type TrainReport,
  train,
  trainStream,
} from "./train/index.js";
