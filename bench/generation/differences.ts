/** How two sides' answers to the same questions differ. */
export interface Differences {
  rows: number;
  equal: number;
  /** Rows that part, with the first token at which they do. */
  partings: { row: number; at: number }[];
}

/** Compares token for token as far as the shorter answer goes; a side that stopped earlier parts where it stopped. */
export function differences(a: readonly (readonly number[])[], b: readonly (readonly number[])[]): Differences {
  const rows = Math.min(a.length, b.length);
  const partings: Differences["partings"] = [];
  for (let row = 0; row < rows; row++) {
    const [one, other] = [a[row]!, b[row]!];
    const longest = Math.max(one.length, other.length);
    for (let at = 0; at < longest; at++) {
      if (one[at] === other[at]) continue;
      partings.push({ row, at });
      break;
    }
  }
  return { rows, equal: rows - partings.length, partings };
}
