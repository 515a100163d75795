import type { AgainstFile, AgainstRow } from "./against-file.js";
import { byPlace, type DatasetRow, groupBy, lintRow } from "./dataset-rows.js";
import { finding } from "./finding.js";
import { longestRuns, type Run } from "./runs.js";
import type { LintFinding, LintRow } from "./types.js";
import { percent, plural } from "./wording.js";

/** Runs of fewer rows in a like order are told as single rows: short ones come about by chance. */
const SHORTEST_RUN = 5;

/**
 * Rows of the data that stand in a file they should not stand in. Rows that were read from that very file do not count.
 * @param sameFile true for a row of the data that comes from the against file itself
 */
export function againstChecks(
  rows: readonly DatasetRow[],
  against: AgainstFile,
  sameFile: (row: DatasetRow) => boolean,
): LintFinding[] {
  const ours = rows.filter((row) => !sameFile(row)).sort(byPlace);
  const asked = against.rows.some((row) => row.questionForm !== null);
  const keyOf = (row: AgainstRow | DatasetRow) => (asked ? `${row.questionForm}\n${row.sqlForm}` : row.sqlForm);
  const runs = longestRuns(ours, against.rows, keyOf, mayBeSame).sort((a, b) => b.length - a.length);
  const same = new Set<DatasetRow>();
  const found: LintRow[] = [];
  for (const { start, other, length } of runs) {
    for (let k = 0; k < length; k++) {
      const row = ours[start + k]!;
      same.add(row);
      found.push(lintRow(row, against.rows[other + k]!.id));
    }
  }
  const rest = ours.filter((row) => !same.has(row));
  const byQuestion = groupBy(
    against.rows.filter((row) => row.questionForm !== null),
    (row) => row.questionForm!,
  );
  const bySql = groupBy(against.rows, (row) => row.sqlForm);
  const questions: LintRow[] = [];
  const queries: LintRow[] = [];
  for (const row of rest) {
    const question = byQuestion.get(row.questionForm)?.find((other) => mayBeSame(row, other));
    const query = bySql.get(row.sqlForm)?.find((other) => mayBeSame(row, other));
    if (question) questions.push(lintRow(row, `${question.id}, with another SQL`));
    else if (query && row.sqlForm !== "") queries.push(lintRow(row, query.id));
  }
  const { name } = against;
  return [
    ...finding(found, {
      check: "against-rows",
      severity: "error",
      message: describeRuns(ours, runs, against, asked ? "" : "the SQL of "),
      fix: `Leave these rows out of the data, or do not score on ${name}: what is trained on cannot be a test.`,
    }),
    ...finding(questions, {
      check: "against-questions",
      severity: "error",
      message: `${plural(questions.length, "row")} (${percent(questions.length, rows.length)}) ${questions.length === 1 ? "asks" : "ask"} a question of ${name}, with another SQL`,
      fix: `Leave these rows out of the data, or do not score on ${name}.`,
    }),
    ...finding(queries, {
      check: "against-sql",
      severity: "note",
      message: `${plural(queries.length, "row")} (${percent(queries.length, rows.length)}) ${queries.length === 1 ? "has" : "have"} SQL of ${name} for another question`,
      fix: "Nothing, if the databases differ: short queries on like names come out the same.",
    }),
  ];
}

/** Rows about two databases are not the same, however they read. */
function mayBeSame(row: DatasetRow, other: AgainstRow): boolean {
  return row.dbId === null || other.dbId === null || row.dbId === other.dbId;
}

function describeRuns(ours: readonly DatasetRow[], runs: readonly Run[], against: AgainstFile, what: string): string {
  const { name, rows } = against;
  const long = runs.filter(({ length }) => length >= SHORTEST_RUN);
  const single = runs.filter(({ length }) => length < SHORTEST_RUN).reduce((sum, { length }) => sum + length, 0);
  const told = long.slice(0, 5).map(({ start, other, length }) => {
    const from = ours[start]!;
    const to = ours[start + length - 1]!;
    const place = from.file === null ? `rows ${from.id} to ${to.id}` : `rows ${from.row}-${to.row} of ${from.file}`;
    const theirs =
      length === rows.length ? `the ${length} rows` : `rows ${rows[other]!.row}-${rows[other + length - 1]!.row}`;
    return `${place} are ${what}${theirs} of ${name}, in order`;
  });
  if (long.length > told.length) told.push(`${plural(long.length - told.length, "more run")} of rows stand there too`);
  if (single > 0) {
    const more = told.length > 0 ? "more " : "";
    told.push(`${single} ${more}${single === 1 ? "row stands" : "rows stand"} in ${name} too`);
  }
  return told.join("; ");
}
