/**
 * The name in `known` closest to `name` by edit distance (optimal string alignment: a swap of neighbours is one edit),
 * case and `-`/`_` aside; null when none is close enough to be meant.
 */
export function nearestName(name: string, known: Iterable<string>): string | null {
  const plain = (s: string) => s.toLowerCase().replaceAll("-", "_");
  const wanted = plain(name);
  let best: string | null = null;
  let bestDistance = Number.POSITIVE_INFINITY;
  for (const candidate of known) {
    const other = plain(candidate);
    // A part of the name is meant more often than a rare word of equal distance: epochs -> num_epochs.
    const contained = wanted.length >= 3 && (other.includes(wanted) || (other.length >= 3 && wanted.includes(other)));
    const distance = contained ? Math.min(1.5, editDistance(wanted, other)) : editDistance(wanted, other);
    if (distance < bestDistance) {
      best = candidate;
      bestDistance = distance;
    }
  }
  const close = bestDistance <= Math.max(2, Math.floor(wanted.length / 3)) && bestDistance * 2 < wanted.length;
  return close ? best : null;
}

function editDistance(a: string, b: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1];
      let cost = Math.min(last[j]! + 1, row[j - 1]! + 1, last[j - 1]! + (same ? 0 : 1));
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        cost = Math.min(cost, beforeLast[j - 2]! + 1);
      row.push(cost);
    }
    beforeLast = last;
    last = row;
  }
  return last[b.length]!;
}
