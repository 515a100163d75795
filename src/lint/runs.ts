/** `length` items of one list, from `start`, that are items of the other, from `other`, in the same order. */
export interface Run {
  start: number;
  other: number;
  length: number;
}

/** Places of one item in the other list that are tried; more of them means a text that says little. */
const PLACES_TRIED = 50;

/**
 * Cuts the items of `list` that stand in `others` into runs of the same order, each as long as it can be from where it
 * starts. An item without a like is in no run.
 * @param mayBeSame false parts two items that have the same key
 */
export function longestRuns<A, B>(
  list: readonly A[],
  others: readonly B[],
  keyOf: (item: A | B) => string,
  mayBeSame: (item: A, other: B) => boolean,
): Run[] {
  const keys = others.map(keyOf);
  const places = new Map<string, number[]>();
  for (const [i, key] of keys.entries()) {
    const known = places.get(key);
    if (known) known.push(i);
    else places.set(key, [i]);
  }
  const runs: Run[] = [];
  let start = 0;
  while (start < list.length) {
    let best: Run = { start, other: -1, length: 0 };
    for (const other of (places.get(keyOf(list[start]!)) ?? []).slice(0, PLACES_TRIED)) {
      let length = 0;
      while (
        start + length < list.length &&
        other + length < others.length &&
        keyOf(list[start + length]!) === keys[other + length] &&
        mayBeSame(list[start + length]!, others[other + length]!)
      )
        length++;
      if (length > best.length) best = { start, other, length };
    }
    if (best.length > 0) runs.push(best);
    start += Math.max(1, best.length);
  }
  return runs;
}
