import type { Comparison, EvalDetail, NamedReport, PairComparison, Verdict, VerdictComparison } from "../eval/index.js";
import { align } from "./align.js";

const NAMES: Record<Verdict, string> = {
  em: "exact set match",
  ex: "execution accuracy",
  ts: "test-suite accuracy",
  exact_match: "string match",
};

/** Verdicts from the strictest on meaning to the loosest. */
const STRICTEST: readonly Verdict[] = ["ts", "ex", "em", "exact_match"];

/** Scores and differences as tables, one verdict after the other. Letters stand for the reports. */
export function comparisonText(comparison: Comparison): string {
  const { reports, questions, verdicts, resamples } = comparison;
  const letter = (name: string) => letterOf(reports.indexOf(name));
  const key = reports.map((name) => `  ${letter(name)}  ${name}`).join("\n");
  const head = `${questions} questions; intervals of 95 % from ${resamples.toLocaleString("en-US")} bootstrap resamples; p by McNemar's exact test`;
  return [`${head}\n\n${key}`, ...verdicts.map((verdict) => verdictText(verdict, letter))].join("\n\n");
}

function verdictText({ verdict, judged, scores, pairs }: VerdictComparison, letter: (name: string) => string): string {
  const scored = scores.map(({ name, score, interval: [low, high] }) => [
    letter(name),
    `${points(score)} %`,
    `${points(low)} to ${points(high)}`,
  ]);
  const compared = pairs.map(({ a, b, difference, interval: [low, high], won, lost, p }) => [
    `${letter(b)} against ${letter(a)}`,
    signed(difference),
    `${signed(low)} to ${signed(high)}`,
    String(won.length),
    String(lost.length),
    p < 0.0001 ? "< 0.0001" : p.toFixed(4),
  ]);
  return [
    `${NAMES[verdict]}, ${judged} rows judged in all`,
    align([["", "score", "95 %"], ...scored]),
    align([["", "points", "95 %", "won", "lost", "p"], ...compared]),
  ].join("\n");
}

/** A row on which two systems part. */
export interface PartedRow {
  a: string;
  b: string;
  outcome: "won" | "lost";
  index: number;
  db_id: string | null;
  question: string;
  gold: string;
  predicted_a: string;
  predicted_b: string;
}

/** Rows won and lost by the strictest verdict of the comparison. */
export function partedRows({ verdicts }: Comparison, reports: readonly NamedReport[]): PartedRow[] {
  const strictest = STRICTEST.flatMap((name) => verdicts.find(({ verdict }) => verdict === name) ?? [])[0];
  return (strictest?.pairs ?? []).flatMap((pair) => [
    ...pair.won.map((index) => partedRow(pair, "won", index, reports)),
    ...pair.lost.map((index) => partedRow(pair, "lost", index, reports)),
  ]);
}

function partedRow(
  { a, b }: PairComparison,
  outcome: "won" | "lost",
  index: number,
  reports: readonly NamedReport[],
): PartedRow {
  const of = (name: string): EvalDetail => reports.find((report) => report.name === name)!.report.details[index]!;
  const { db_id, question, gold, predicted } = of(a);
  return { a, b, outcome, index, db_id, question, gold, predicted_a: predicted, predicted_b: of(b).predicted };
}

export function rowsText(comparison: Comparison, reports: readonly NamedReport[]): string {
  const { verdicts, reports: names } = comparison;
  const by = STRICTEST.find((name) => verdicts.some(({ verdict }) => verdict === name))!;
  const letter = (name: string) => letterOf(names.indexOf(name));
  const rows = partedRows(comparison, reports).map((row) =>
    [
      `${letter(row.b)} ${row.outcome} against ${letter(row.a)}: row ${row.index}${row.db_id === null ? "" : `, ${row.db_id}`}${row.question ? `: ${oneLine(row.question)}` : ""}`,
      `  gold  ${oneLine(row.gold)}`,
      `  ${letter(row.a).padEnd(4)}  ${oneLine(row.predicted_a)}`,
      `  ${letter(row.b).padEnd(4)}  ${oneLine(row.predicted_b)}`,
    ].join("\n"),
  );
  return [`rows that part the reports by ${NAMES[by]}: ${rows.length}`, ...rows].join("\n\n");
}

/** A, B, … Z, A2, B2, … */
function letterOf(index: number): string {
  const letter = String.fromCharCode(65 + (index % 26));
  return index < 26 ? letter : `${letter}${Math.floor(index / 26) + 1}`;
}

function points(share: number): string {
  return (100 * share).toFixed(1);
}

function signed(share: number): string {
  const text = points(share);
  return share > 0 && !/^-?0\.0$/.test(text) ? `+${text}` : text.replace(/^-0\.0$/, "0.0");
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, " ").trim();
}
