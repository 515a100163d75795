import { MISS_KINDS, type MissKind } from "../verdicts.js";

/** One way in which a prediction is not the gold. */
export interface Difference {
  kind: MissKind;
  /** One sentence for a user. */
  detail: string;
}

/** The kinds of some differences, each once, the gravest first. */
export function kindsOf(differences: readonly Difference[]): MissKind[] {
  return MISS_KINDS.filter((kind) => differences.some((difference) => difference.kind === kind));
}

/** What two lists have that the other has not, equal items taken away in pairs. */
export function unmatched<T>(gold: readonly T[], predicted: readonly T[], textOf: (item: T) => string): [T[], T[]] {
  const without = (items: readonly T[], others: readonly T[]): T[] => {
    const counts = new Map<string, number>();
    for (const other of others) counts.set(textOf(other), (counts.get(textOf(other)) ?? 0) + 1);
    return items.filter((item) => {
      const count = counts.get(textOf(item)) ?? 0;
      counts.set(textOf(item), count - 1);
      return count <= 0;
    });
  };
  return [without(gold, predicted), without(predicted, gold)];
}

/** Takes out of two lists the pairs that `fits`, each item once, and hands them to `found`. */
export function takePairs<T>(
  gold: T[],
  predicted: T[],
  fits: (gold: T, predicted: T) => boolean,
  found: (gold: T, predicted: T) => void,
): void {
  for (const item of [...gold]) {
    const other = predicted.find((candidate) => fits(item, candidate));
    if (other === undefined) continue;
    gold.splice(gold.indexOf(item), 1);
    predicted.splice(predicted.indexOf(other), 1);
    found(item, other);
  }
}

/** "a, b and c"; "nothing" for an empty list. */
export function listed(items: readonly string[]): string {
  if (items.length === 0) return "nothing";
  if (items.length === 1) return items[0]!;
  return `${items.slice(0, -1).join(", ")} and ${items.at(-1)}`;
}
