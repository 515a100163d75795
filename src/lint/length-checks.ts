import { type DatasetRow, lintRow } from "./dataset-rows.js";
import { finding } from "./finding.js";
import { inTurns, type TurnOptions } from "./in-turns.js";
import type { LintFinding, LintRow, TokenCounter } from "./types.js";
import { counted } from "./wording.js";

export interface LengthLimits {
  /** model.max_seq_length: training leaves longer rows out. */
  row: number;
  /** inference.max_new_tokens: where a generated answer is cut off. */
  answer: number;
}

/** Rows that training leaves out, and held-out answers that generation would cut off. */
export async function lengthChecks(
  rows: readonly DatasetRow[],
  countTokens: TokenCounter,
  limits: LengthLimits,
  options: TurnOptions = {},
): Promise<LintFinding[]> {
  const long: LintRow[] = [];
  const cut: LintRow[] = [];
  await inTurns(
    rows,
    (row) => {
      const tokens = countTokens(row);
      // Test rows are asked and not trained on: they may be as long as the model takes.
      if (row.split !== "test" && tokens.row > limits.row) long.push(lintRow(row, `${tokens.row} tokens`));
      if (row.split !== "train" && tokens.answer > limits.answer)
        cut.push(lintRow(row, `${tokens.answer} tokens of SQL`));
    },
    { ...options, perTurn: 64 },
  );
  return [
    ...finding(long, {
      check: "row-too-long",
      severity: "warning",
      message: `${counted(long.length, "row", "has", "have")} more than ${limits.row} tokens, which is model.max_seq_length: training leaves ${long.length === 1 ? "it" : "them"} out`,
      fix: `Raise model.max_seq_length (the longest has ${longest(long)}), or set data.schema_format: compact.`,
    }),
    ...finding(cut, {
      check: "answer-too-long",
      severity: "warning",
      message: `${counted(cut.length, "held-out answer", "has", "have")} more than ${limits.answer} tokens, which is inference.max_new_tokens: they would be cut off and scored as wrong`,
      fix: `Raise inference.max_new_tokens (the longest has ${longest(cut)}).`,
    }),
  ];
}

function longest(rows: readonly LintRow[]): string {
  const counts = rows.map(({ detail }) => Number.parseInt(detail, 10));
  return String(counts.reduce((a, b) => Math.max(a, b), 0));
}
