import { readFile } from "node:fs/promises";

/** One answer that was generated while a run trained, as evaluations/step-N.jsonl has it. */
export interface SampleAnswer {
  question: string;
  gold: string;
  predicted: string;
  /** By the strictest verdict there is; null where nothing could judge it. */
  right: boolean | null;
  confidence: number | null;
}

/** The first answers of the file, in its order, which is the same at every evaluation; none where there is no file. */
export async function readSampleAnswers(path: string, limit = 12): Promise<SampleAnswer[]> {
  const text = await readFile(path, "utf8").catch(() => "");
  const lines = text.split("\n").filter((line) => line !== "");
  return lines.slice(0, limit).map((line) => {
    const row = JSON.parse(line) as Partial<Record<"question" | "gold" | "predicted", string>> &
      Record<string, unknown>;
    const verdict = row.ts ?? row.ex ?? row.em;
    return {
      question: row.question ?? "",
      gold: row.gold ?? "",
      predicted: row.predicted ?? "",
      right: typeof verdict === "boolean" ? verdict : row.exact_match === true ? true : null,
      confidence: typeof row.confidence === "number" ? row.confidence : null,
    };
  });
}

export const ANSWER_COLUMNS = ["question", "predicted", "gold", "right", "confidence"] as const;

/** The answers as a table in Markdown. */
export function answersMarkdown(answers: readonly SampleAnswer[]): string {
  const cell = (value: unknown) => String(value).replace(/\s+/g, " ").replaceAll("|", "\\|");
  const code = (sql: string) => `\`${cell(sql).replaceAll("`", "'")}\``;
  const rows = answers.map(({ question, predicted, gold, right, confidence }) => [
    cell(question),
    code(predicted),
    code(gold),
    right === null ? "not judged" : right ? "yes" : "no",
    confidence === null ? "" : confidence.toFixed(2),
  ]);
  const lines = [[...ANSWER_COLUMNS], ANSWER_COLUMNS.map(() => "---"), ...rows];
  return lines.map((row) => `| ${row.join(" | ")} |`).join("\n");
}
