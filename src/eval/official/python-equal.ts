/** Python's `==` of tuples, lists, dictionaries, strings and numbers, as Spider's parser makes them; nan equals nothing. */
export function pythonEqual(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false;
  if (Array.isArray(a)) {
    return Array.isArray(b) && a.length === b.length && a.every((item, i) => pythonEqual(item, b[i]));
  }
  if (Array.isArray(b)) return false;
  const keys = Object.keys(a);
  return (
    keys.length === Object.keys(b).length &&
    keys.every((key) => pythonEqual((a as Record<string, unknown>)[key], (b as Record<string, unknown>)[key]))
  );
}

/** How many of `items` find an equal in `among`, each of which serves once: `in` and `remove` of Python's lists. */
export function countMatches(items: readonly unknown[], among: readonly unknown[]): number {
  const left = [...among];
  let count = 0;
  for (const item of items) {
    const at = left.findIndex((candidate) => pythonEqual(item, candidate));
    if (at < 0) continue;
    left.splice(at, 1);
    count++;
  }
  return count;
}
