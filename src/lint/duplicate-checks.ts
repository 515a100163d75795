import { type DatasetRow, groupBy, lintRow } from "./dataset-rows.js";
import { finding } from "./finding.js";
import { type NearItem, type NearOptions, nearDuplicates } from "./near-duplicates.js";
import type { LintFinding, LintRow } from "./types.js";
import { counted, plural } from "./wording.js";

/** Questions that stand twice, exactly or nearly, and rows that contradict each other. */
export async function duplicateChecks(rows: readonly DatasetRow[], options: NearOptions): Promise<LintFinding[]> {
  const groups = groupBy(rows, (row) => row.promptKey);
  const about = rows.some((row) => row.dbId !== null) ? " about the same database" : "";
  return [
    ...acrossSplits(groups, about),
    ...contradictions(groups, about),
    ...repeatedRows(rows, about),
    ...(await nearQuestions(groups, about, options)),
  ];
}

/** The same question about the same database in a held-out split and in an earlier one. */
function acrossSplits(groups: Map<string, DatasetRow[]>, about: string): LintFinding[] {
  const found: LintRow[] = [];
  for (const group of groups.values()) {
    const first = group[0]!;
    for (const row of group) {
      const other = row.split === "train" ? undefined : group.find(({ split }) => split !== row.split);
      // Of a validation and a test row the test row is named; of a training row and another, the other.
      if (other && (first.split === "train" || row.split === "test")) found.push(lintRow(row, sameAs(other, row)));
    }
  }
  return finding(found, {
    check: "question-in-two-splits",
    severity: "error",
    message: `${plural(found.length, "held-out question")} ${stands(found.length)} in another split too${about} (case, spacing and punctuation aside)`,
    fix: "Remove them from one of the two splits. data.split: database parts the rows so that none can be on both sides.",
  });
}

function sameAs(other: DatasetRow, row: DatasetRow): string {
  const sql = other.sqlForm === row.sqlForm ? "" : ", with another SQL";
  return `also ${other.id} in ${other.split}${sql}`;
}

const stands = (count: number): string => (count === 1 ? "stands" : "stand");

function contradictions(groups: Map<string, DatasetRow[]>, about: string): LintFinding[] {
  const found: LintRow[] = [];
  let questions = 0;
  for (const group of groups.values()) {
    const forms = groupBy(group, (row) => row.sqlForm);
    if (forms.size < 2) continue;
    questions++;
    const firsts = [...forms.values()].map((same) => same[0]!);
    for (const row of group) {
      const other = firsts.find(({ sqlForm }) => sqlForm !== row.sqlForm)!;
      found.push(lintRow(row, `${other.id} has: ${other.sql}`));
    }
  }
  return finding(
    found,
    {
      check: "contradictory-rows",
      severity: "warning",
      message: `${counted(questions, "question", "has", "have")} different SQL in different rows${about === "" ? "; without a schema in the prompt a model cannot tell them apart" : about}`,
      fix: "Keep one SQL for each question, or reword the questions so that they ask for different things.",
    },
    questions,
  );
}

function repeatedRows(rows: readonly DatasetRow[], about: string): LintFinding[] {
  const found: LintRow[] = [];
  for (const group of groupBy(rows, (row) => `${row.split}\n${row.promptKey}\n${row.sqlForm}`).values()) {
    for (const row of group.slice(1)) found.push(lintRow(row, `repeats ${group[0]!.id}`));
  }
  return finding(found, {
    check: "repeated-row",
    severity: "warning",
    message: `${counted(found.length, "row", "repeats", "repeat")} an earlier one of the same split: question and SQL${about}`,
    fix: "Remove the repetitions: in training they count double, in a score too.",
  });
}

async function nearQuestions(
  groups: Map<string, DatasetRow[]>,
  about: string,
  options: NearOptions,
): Promise<LintFinding[]> {
  // Exact repetitions are told above: each text is looked at once a split.
  const rows = [...groups.values()].flatMap((group) =>
    [...groupBy(group, (row) => row.split).values()].map((g) => g[0]!),
  );
  const order = ["train", "validation", "test"];
  rows.sort((a, b) => order.indexOf(a.split) - order.indexOf(b.split));
  const items = rows.map(({ words, dbId, split }): NearItem => ({ words, group: dbId ?? "", part: split }));
  const across: LintRow[] = [];
  const within: LintRow[] = [];
  for (const { item, earlier, similarity } of await nearDuplicates(items, options)) {
    const [row, other] = [rows[item]!, rows[earlier]!];
    const near = `${Math.round(100 * similarity)} % as ${other.id} in ${other.split}: ${other.question}`;
    (row.split === other.split ? within : across).push(lintRow(row, near));
  }
  const threshold = `${Math.round(100 * options.similarity)} %`;
  const crossed = new Set(across.map((row) => row.id)).size;
  return [
    ...finding(
      across,
      {
        check: "near-question-in-two-splits",
        severity: "warning",
        message: `${counted(crossed, "held-out question", "is", "are")} nearly one of another split${about} (at least ${threshold} of the words)`,
        fix: "Look at them: a changed value is nearly the same task. data.split: database keeps them together.",
      },
      crossed,
    ),
    ...finding(within, {
      check: "near-question",
      severity: "note",
      message: `${counted(within.length, "question", "is", "are")} nearly an earlier one of the same split${about} (at least ${threshold} of the words)`,
      fix: "Nothing, if different wordings or values are meant.",
    }),
  ];
}
