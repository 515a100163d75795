export { type ResultRows, resultsMatch } from "./compare-results.js";
export { type ExecutionFailure, isDatabaseFault } from "./execution-failure.js";
export {
  ExecutionJudge,
  type ExecutionOptions,
  type ExecutionPair,
  type ExecutionVerdict,
} from "./execution-judge.js";
export { DEFAULT_RULES, type ExecutionRules } from "./official-sql.js";
export type { SelectKeys } from "./spider-match.js";
export { findSuites } from "./suites.js";
