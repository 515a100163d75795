import type { LintFinding, LintRow } from "./types.js";

/** None where no row was found. `count` is the number of rows unless something else is counted. */
export function finding(
  rows: LintRow[],
  what: Pick<LintFinding, "check" | "severity" | "message" | "fix">,
  count = rows.length,
): LintFinding[] {
  const { check, severity, message, fix } = what;
  return rows.length === 0 ? [] : [{ check, severity, message, count, fix, rows }];
}
