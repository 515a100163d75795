export type { Interval } from "./bootstrap.js";
export {
  type CompareOptions,
  type Comparison,
  compareReports,
  type NamedReport,
  type PairComparison,
  type VerdictComparison,
} from "./compare-reports.js";
export { mcnemarExact } from "./mcnemar.js";
export { readReport } from "./read-report.js";
