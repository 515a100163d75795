import type { EvalScores, EvalSummary } from "../eval/index.js";

/** Metrics that evaluation knows, by their flag's name. */
export type Metric = "em" | "ex";

/** Scores as a table, one column a model. */
export function scoreTable(columns: Record<string, EvalSummary>, metrics: readonly Metric[]): string {
  const summaries = Object.values(columns);
  const [first] = summaries;
  const rows: string[][] = [["", ...Object.keys(columns)]];
  const add = (label: string, cell: (summary: EvalSummary) => string) => rows.push([label, ...summaries.map(cell)]);
  const addCategories = (value: (scores: EvalScores) => number | null) => {
    for (const category of Object.keys(first?.by_category ?? {}) as (keyof EvalSummary["by_category"])[]) {
      const { questions } = first!.by_category[category];
      if (questions > 0) add(`  ${category} (${questions})`, (s) => percent(value(s.by_category[category])));
    }
  };
  if (metrics.includes("ex")) {
    add("execution accuracy", (s) => percent(s.ex));
    addCategories((scores) => scores.ex);
    add("  questions judged", (s) => String(s.ex_judged));
    add("  answers that do not run", (s) => String(Object.values(s.failures).reduce((sum, n) => sum + n, 0)));
  }
  if (metrics.includes("em")) {
    add("string match", (s) => percent(s.exact_match));
    addCategories((scores) => scores.exact_match);
  }
  return align(rows);
}

export function percent(share: number | null): string {
  return share === null ? "-" : `${(100 * share).toFixed(1)} %`;
}

/** Columns side by side: the first to the left, the others to the right. */
function align(rows: readonly string[][]): string {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  const line = (row: readonly string[]) =>
    row.map((cell, i) => (i === 0 ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]! + 3))).join("");
  return rows.map((row) => line(row).trimEnd()).join("\n");
}
