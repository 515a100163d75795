import type { PageRow, PageVerdict } from "../page-data.js";

/** Right answers among those judged. */
export interface Tally {
  right: number;
  judged: number;
  unjudged: number;
}

export function tally(rows: readonly PageRow[], metric: PageVerdict): Tally {
  let right = 0;
  let judged = 0;
  for (const { verdicts } of rows) {
    if (verdicts[metric] !== null) judged++;
    if (verdicts[metric] === true) right++;
  }
  return { right, judged, unjudged: rows.length - judged };
}

/** Normal quantile of a 95 % interval. */
const Z = 1.959963984540054;

/**
 * 95 % interval of a share (Wilson, "Probable inference, the law of succession, and statistical inference", 1927):
 * unlike the usual p ± 1.96 s it stays within [0, 1] and holds for shares near the ends.
 */
export function wilson(right: number, judged: number): [low: number, high: number] {
  if (judged === 0) return [0, 1];
  const share = right / judged;
  const spread =
    (Z * Math.sqrt((share * (1 - share)) / judged + (Z * Z) / (4 * judged * judged))) / (1 + (Z * Z) / judged);
  const middle = (share + (Z * Z) / (2 * judged)) / (1 + (Z * Z) / judged);
  return [Math.max(0, middle - spread), Math.min(1, middle + spread)];
}

/** Rows by what `key` says of each, in the order of their first appearance. */
export function groupRows<Key>(rows: readonly PageRow[], key: (row: PageRow) => Key): Map<Key, PageRow[]> {
  const groups = new Map<Key, PageRow[]>();
  for (const row of rows) {
    const name = key(row);
    const group = groups.get(name);
    if (group) group.push(row);
    else groups.set(name, [row]);
  }
  return groups;
}

/** How often each of the values that `keys` gives occurs, the most frequent first. */
export function countRows(rows: readonly PageRow[], keys: (row: PageRow) => readonly string[]): [string, number][] {
  const counts = new Map<string, number>();
  for (const row of rows) for (const key of keys(row)) counts.set(key, (counts.get(key) ?? 0) + 1);
  return [...counts].sort(([, a], [, b]) => b - a);
}
