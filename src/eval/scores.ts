import type { EvalDetail, EvalScores } from "./eval-report.js";

/** Shares of the rows that each verdict judged. */
export function scores(details: readonly EvalDetail[]): EvalScores {
  const [em, ex, ts] = [judged(details, "em"), judged(details, "ex"), judged(details, "ts")];
  return {
    questions: details.length,
    em: share(em.right, em.rows),
    em_judged: em.rows,
    ex: share(ex.right, ex.rows),
    ex_judged: ex.rows,
    ts: share(ts.right, ts.rows),
    ts_judged: ts.rows,
    exact_match: share(details.filter(({ exact_match }) => exact_match).length, details.length),
  };
}

function judged(details: readonly EvalDetail[], verdict: "em" | "ex" | "ts"): { rows: number; right: number } {
  const rows = details.filter((detail) => detail[verdict] !== null);
  return { rows: rows.length, right: rows.filter((detail) => detail[verdict]).length };
}

/** Null where there is nothing to divide by. */
export function share(part: number, whole: number): number | null {
  return whole === 0 ? null : part / whole;
}

/** How many there are of each, sorted by name. */
export function counted(names: readonly string[]): Record<string, number> {
  const counts = new Map<string, number>();
  for (const name of [...names].sort()) counts.set(name, (counts.get(name) ?? 0) + 1);
  return Object.fromEntries(counts);
}
