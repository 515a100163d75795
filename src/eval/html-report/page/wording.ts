import type { PageRow, PageVerdict } from "../page-data.js";

/** "wrong_table_or_join" -> "Wrong table or join". */
export function kindLabel(kind: string): string {
  if (kind.startsWith(FAILURE)) return `Did not run: ${kind.slice(FAILURE.length).replaceAll("_", " ")}`;
  const words = kind.replaceAll("_", " ");
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** In front of an execution failure's kind where it stands beside the kinds of misses. */
export const FAILURE = "failure:";

/** The kinds that the filter finds a row by. */
export function kindsOf({ miss, failure }: PageRow): string[] {
  return [...(miss ? [miss.kind] : []), ...(failure ? [FAILURE + failure.kind] : [])];
}

export function count(n: number): string {
  return n.toLocaleString("en-US");
}

/** "74.5"; the sign is set by the style, smaller. */
export function percentNumber(share: number): string {
  return (100 * share).toFixed(1);
}

/** "easy", or a dash where there is none. */
export function orDash(text: string | null): string {
  return text ?? "–";
}

export type Outcome = "right" | "wrong" | "unjudged";

export function outcome(row: PageRow, metric: PageVerdict): Outcome {
  const verdict = row.verdicts[metric];
  if (verdict === null) return "unjudged";
  return verdict ? "right" : "wrong";
}

export const OUTCOME_MARK: Record<Outcome, string> = { right: "✓", wrong: "✗", unjudged: "–" };
export const OUTCOME_WORD: Record<Outcome, string> = { right: "right", wrong: "wrong", unjudged: "not judged" };
