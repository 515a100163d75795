import { firstKeyword } from "../database/single-select.js";
import { type DatasetRow, groupBy, lintRow } from "./dataset-rows.js";
import { finding } from "./finding.js";
import { type GoldOutcome, goldKey } from "./run-gold.js";
import { hasSecondStatement, limitsWithoutOrder } from "./sql-forms.js";
import type { LintFinding, LintRow } from "./types.js";
import { counted, plural } from "./wording.js";

export interface GoldCheckOptions {
  slowSeconds: number;
  timeoutSeconds: number;
}

/** Gold queries that fail, give nothing, take long, or are no single SELECT. `outcomes` are by goldKey. */
export function goldChecks(
  rows: readonly DatasetRow[],
  outcomes: ReadonlyMap<string, GoldOutcome>,
  { slowSeconds, timeoutSeconds }: GoldCheckOptions,
): LintFinding[] {
  const fails: LintRow[] = [];
  const notSelect: LintRow[] = [];
  const empty: LintRow[] = [];
  const slow: LintRow[] = [];
  const unreadable: [dbId: string, row: LintRow][] = [];
  const undetermined: LintRow[] = [];
  for (const row of rows) {
    const strange = notOneSelect(row.sql);
    if (strange !== null) notSelect.push(lintRow(row, strange));
    else if (limitsWithoutOrder(row.sql)) undetermined.push(lintRow(row));
    const outcome = outcomes.get(goldKey(row));
    if (outcome === undefined || strange !== null) continue;
    if (outcome.ok) {
      if (outcome.rows === 0) empty.push(lintRow(row));
      if (outcome.seconds >= slowSeconds) slow.push(lintRow(row, `${outcome.seconds.toFixed(1)} s`));
    } else if (outcome.kind === "timeout") slow.push(lintRow(row, `stopped after ${timeoutSeconds} s`));
    else if (outcome.kind === "missing_database" || outcome.kind === "corrupt_database")
      unreadable.push([row.dbId!, lintRow(row, outcome.error)]);
    else fails.push(lintRow(row, outcome.error));
  }
  const damaged = [...groupBy(unreadable, ([dbId]) => dbId).values()].map((group) => group[0]![1]);
  return [
    ...finding(fails, {
      check: "gold-fails",
      severity: "error",
      message: `${counted(fails.length, "gold query", "does", "do")} not run`,
      fix: "Mend the SQL. train leaves such rows out; as test rows they can never be answered.",
    }),
    ...finding(notSelect, {
      check: "gold-not-select",
      severity: "error",
      message: `${counted(notSelect.length, "gold answer", "is", "are")} not one single SELECT`,
      fix: "Keep one SELECT (or WITH) statement a row: nothing else is ever run.",
    }),
    ...finding(damaged, {
      check: "database-unreadable",
      severity: "error",
      message: `${plural(damaged.length, "database")} cannot be read`,
      fix: "Restore the file; none of its gold queries could be run.",
    }),
    ...finding(empty, {
      check: "gold-returns-nothing",
      severity: "warning",
      message: `${counted(empty.length, "gold query", "returns", "return")} no rows, as any query does whose filter nothing meets`,
      fix: "Check the values in the filters and the rows in the database: execution accuracy takes every empty answer for right.",
    }),
    ...finding(slow, {
      check: "gold-slow",
      severity: "warning",
      message: `${counted(slow.length, "gold query", "takes", "take")} ${slowSeconds} s or longer`,
      fix: "Add an index to the database, or rewrite the query: every evaluation runs it.",
    }),
    ...finding(undetermined, {
      check: "gold-undetermined",
      severity: "note",
      message: `${counted(undetermined.length, "gold query", "has", "have")} LIMIT without ORDER BY: which rows come is up to SQLite`,
      fix: "Add an ORDER BY that decides; a right answer may otherwise be scored as wrong.",
    }),
  ];
}

/** What is there instead of one SELECT, WITH or VALUES; null where there is one. */
export function notOneSelect(sql: string): string | null {
  const word = firstKeyword(sql);
  if (!["SELECT", "WITH", "VALUES"].includes(word)) return word === "" ? "no SQL" : `starts with ${word}`;
  return hasSecondStatement(sql) ? "more than one statement" : null;
}
