export { lint } from "./lint.js";
export { LINT_CHECKS, type LintCheck } from "./lint-checks.js";
export { lintDataset } from "./lint-dataset.js";
export { type LintTextOptions, lintText } from "./lint-text.js";
export type * from "./types.js";
