import type { Dataset } from "../data/types.js";
import { type DatasetRow, groupBy, lintRow, SPLITS } from "./dataset-rows.js";
import { finding } from "./finding.js";
import type { LintFinding, LintRow } from "./types.js";
import { plural } from "./wording.js";

/** Databases that stand in two splits, and databases that are not there. */
export function databaseChecks(dataset: Dataset, rows: readonly DatasetRow[]): LintFinding[] {
  const named = rows.filter((row) => row.dbId !== null);
  const databases = groupBy(named, (row) => row.dbId!);
  return [...shared(databases), ...missing(dataset, databases)];
}

function shared(databases: Map<string, DatasetRow[]>): LintFinding[] {
  const found: LintRow[] = [];
  for (const [dbId, rows] of databases) {
    const parts = SPLITS.flatMap((split) => {
      const count = rows.filter((row) => row.split === split).length;
      return count > 0 ? [`${plural(count, "row")} of ${split}`] : [];
    });
    if (parts.length > 1)
      found.push(lintRow(rows.find((row) => row.split !== "train")!, `${dbId}: ${parts.join(", ")}`));
  }
  const few = databases.size < 3;
  return finding(found, {
    check: "shared-database",
    // With one or two databases there is no other way to split.
    severity: few ? "note" : "warning",
    message: `${plural(found.length, "database")} of ${databases.size} ${found.length === 1 ? "stands" : "stand"} in more than one split, so that a score says little about new databases`,
    fix: few
      ? "Nothing, if the model will only ever be asked about these databases."
      : "Set data.split: database. Leave it if the model will only ever be asked about these databases.",
  });
}

/** Only where some databases are there: a source without any (WikiSQL on the Hub) is meant so. */
function missing(dataset: Dataset, databases: Map<string, DatasetRow[]>): LintFinding[] {
  if (dataset.databases.size === 0) return [];
  const found = [...databases].flatMap(([dbId, rows]) =>
    dataset.databases.has(dbId) ? [] : [lintRow(rows[0]!, `${dbId}: ${plural(rows.length, "row")}`)],
  );
  return finding(found, {
    check: "database-missing",
    severity: "warning",
    message: `${plural(found.length, "database")} of ${databases.size} ${found.length === 1 ? "has" : "have"} no SQLite file: gold cannot be run there, and answers cannot be scored by execution`,
    fix: "Put DB/DB.sqlite into data.databases, or leave these rows out.",
  });
}
