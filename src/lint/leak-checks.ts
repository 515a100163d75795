import type { SplitMode } from "../data/options.js";
import type { DatasetRow } from "./dataset-rows.js";
import { groupBy, lintRow } from "./dataset-rows.js";
import { sqlShape } from "./sql-forms.js";
import type { LintFinding, LintSplit } from "./types.js";
import { percent } from "./wording.js";

/** From this share on a score measures memory more than skill; `train` warns at the same. */
const GRAVE_SHARE = 0.2;

export interface LeakContext {
  /** How the rows were divided; null when that is not known. */
  split: SplitMode | null;
}

/** Queries of held-out rows that stand in the training rows too, whole or but for their literals. */
export function leakChecks(rows: readonly DatasetRow[], { split }: LeakContext): LintFinding[] {
  const train = rows.filter((row) => row.split === "train");
  const whole = groupBy(train, (row) => row.normalizedSql);
  const shapes = groupBy(train, (row) => sqlShape(row.sql));
  const findings: LintFinding[] = [];
  for (const part of ["test", "validation"] as const) {
    const held = rows.filter((row) => row.split === part);
    const known = held.filter((row) => whole.has(row.normalizedSql));
    const alike = held
      .filter((row) => !whole.has(row.normalizedSql))
      .map((row) => ({ row, like: shapes.get(sqlShape(row.sql)) ?? [] }))
      .filter(({ like }) => like.length > 0);
    if (known.length > 0) {
      findings.push({
        ...graded("sql-in-train", known.length, held.length),
        message: `${howSplit(split)} leaks ${percent(known.length, held.length)} of the ${part} SQL: ${known.length} of ${held.length} ${part} queries stand in the training rows too`,
        fix: fixOf(rows, split),
        rows: known.map((row) => lintRow(row, alsoIn(whole.get(row.normalizedSql)!))),
      });
    }
    if (alike.length > 0) {
      findings.push({
        ...graded("sql-but-literals-in-train", alike.length, held.length),
        severity: "note",
        message: `${alike.length} more of ${held.length} ${part} queries (${percent(alike.length, held.length)}) differ from a training query in their literals alone`,
        fix: fixOf(rows, split),
        rows: alike.map(({ row, like }) => lintRow(row, alsoIn(like))),
      });
    }
  }
  return findings;
}

function graded(check: LintFinding["check"], known: number, held: number) {
  return { check, severity: known / held > GRAVE_SHARE ? "error" : "note", count: known } as const;
}

function alsoIn(rows: readonly DatasetRow[]): string {
  const more = rows.length > 1 ? ` and ${rows.length - 1} more` : "";
  return `${rows[0]!.id}${more}`;
}

const SPLIT_NAMES: Record<SplitMode, string> = {
  auto: "the split",
  given: "the given split",
  database: "the split by database",
  random: "the random split",
};

function howSplit(split: SplitMode | null): string {
  return SPLIT_NAMES[split ?? "auto"];
}

/** By database where rows name some; a source that names none can only be split at random. */
function fixOf(rows: readonly DatasetRow[], split: SplitMode | null): string {
  const databases = new Set(rows.map((row) => row.dbId));
  if (databases.has(null)) {
    return "Set data.split: database. These rows name no database, so it first needs a source that does: Spider's own files (data.dataset_name: spider), or rows with db (data.dataset_name: jsonl).";
  }
  if (split === "database" || sharedNothing(rows)) {
    return "Nothing has to be done: no database stands in two splits, and short queries on like names come out the same.";
  }
  return databases.size >= 3
    ? "Set data.split: database, so that no database stands in two splits."
    : "Remove the held-out rows whose SQL is trained on, or give data of three databases or more and set data.split: database.";
}

function sharedNothing(rows: readonly DatasetRow[]): boolean {
  const splits = new Map<string | null, LintSplit>();
  return rows.every((row) => {
    const first = splits.get(row.dbId) ?? row.split;
    splits.set(row.dbId, first);
    return first === row.split;
  });
}
