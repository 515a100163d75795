import type { QueryShape } from "./query-shape.js";

/**
 * One name for columns that inner joins make equal in both queries, so that T1.id and T2.t1_id count as the same column
 * to select or to group by.
 */
export function equalColumns(gold: QueryShape, predicted: QueryShape): (column: string) => string {
  const pairs = [pairsOf(gold), pairsOf(predicted)] as const;
  const [inGold, inPredicted] = [representatives(pairs[0]), representatives(pairs[1])];
  const chosen = new Map<string, string>();
  for (const column of [...new Set(pairs.flat(2))].sort()) {
    const key = `${inGold(column)} | ${inPredicted(column)}`;
    chosen.set(key, chosen.get(key) ?? column);
  }
  return (column) => chosen.get(`${inGold(column)} | ${inPredicted(column)}`) ?? column;
}

/** For each column the first of those that the pairs make equal to it. */
function representatives(pairs: readonly (readonly [string, string])[]): (column: string) => string {
  const parents = new Map<string, string>();
  const top = (column: string): string => {
    let at = column;
    for (let next = parents.get(at); next !== undefined; next = parents.get(at)) at = next;
    return at;
  };
  for (const [a, b] of pairs) {
    const [first, last] = [top(a), top(b)].sort() as [string, string];
    if (first !== last) parents.set(last, first);
  }
  return top;
}

function pairsOf(shape: QueryShape): [string, string][] {
  return shape.blocks.flatMap((block) => {
    // An outer join may leave one side empty.
    const own = block.outerJoins.length === 0 ? block.joinPairs : [];
    const below = [...block.filters, ...block.having].flatMap(({ query }) => query ?? []);
    return [...own, ...[...below, ...block.derived].flatMap(pairsOf)];
  });
}
