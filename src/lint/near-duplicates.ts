import { inTurns, type TurnOptions } from "./in-turns.js";

export interface NearItem {
  words: readonly string[];
  /** Only items of one group are compared. */
  group: string;
  /** A match is looked for in each part. The items of a part stand together. */
  part: string;
}

export interface NearMatch {
  /** Indices of the items; `earlier` < `item`. */
  item: number;
  earlier: number;
  /** 1 - edits / words of the longer. */
  similarity: number;
}

export interface NearOptions extends TurnOptions {
  /** Least similarity, in (0, 1]. */
  similarity: number;
}

/** Items of one part that share a rare word and are looked at; more of them means rows made from one template. */
const LOOKED_AT = 50;

/**
 * Pairs of texts whose token edit similarity, 1 - Levenshtein distance / words of the longer, reaches a threshold: for
 * each item the nearest earlier item of each part. Identical texts are not pairs. Lee et al. 2022 ("Deduplicating
 * Training Data Makes Language Models Better") call documents near duplicates from 0.8 on.
 *
 * Exact and without a comparison of all pairs: texts that near share at least ceil(t * n) of n words, so they share one
 * of their n - ceil(t * n) + 1 rarest (prefix filtering: Chaudhuri, Ganti, Kaushik 2006, "A Primitive Operator for
 * Similarity Joins"). Where more than 50 texts of a part share a rare word, the first 50 are looked at.
 */
export async function nearDuplicates(items: readonly NearItem[], options: NearOptions): Promise<NearMatch[]> {
  const { similarity } = options;
  const ids = wordIds(items);
  const groups = new Map<string, Map<number, number[]>>();
  const matches: NearMatch[] = [];
  const look = (item: NearItem, i: number): void => {
    const { sorted, sequence } = ids[i]!;
    const prefix = sorted.slice(0, sorted.length - Math.ceil(similarity * sorted.length - 1e-9) + 1);
    const index = groups.get(item.group) ?? new Map<number, number[]>();
    groups.set(item.group, index);
    const best = new Map<string, NearMatch>();
    const seen = new Set<number>();
    for (const id of prefix) {
      for (const earlier of index.get(id) ?? []) {
        if (seen.has(earlier)) continue;
        seen.add(earlier);
        const { part } = items[earlier]!;
        const known = best.get(part)?.similarity ?? 0;
        const other = ids[earlier]!.sequence;
        // No two texts are nearer than one word apart.
        if (known >= 1 - 1 / Math.max(sequence.length, other.length)) continue;
        const found = similarityOf(sequence, other, similarity);
        if (found !== null && found !== 1 && found > known) best.set(part, { item: i, earlier, similarity: found });
      }
    }
    matches.push(...best.values());
    for (const id of prefix) addTo(index, id, i, item.part);
  };
  await inTurns(items, look, options);
  return matches;

  function addTo(postings: Map<number, number[]>, key: number, i: number, part: string): void {
    const list = postings.get(key);
    if (list === undefined) postings.set(key, [i]);
    // The items of a part follow each other, so that a look at the end tells whether this part has its share.
    else if (list.length < LOOKED_AT || items[list[list.length - LOOKED_AT]!]!.part !== part) list.push(i);
  }
}

interface WordIds {
  sequence: Int32Array;
  /** Rarest first; the second of two same words is another word than the first. */
  sorted: Int32Array;
}

function wordIds(items: readonly NearItem[]): WordIds[] {
  const numbers = new Map<string, number>();
  const counts: number[] = [];
  const numberOf = (key: string): number => {
    let id = numbers.get(key);
    if (id === undefined) {
      id = numbers.size;
      numbers.set(key, id);
      counts.push(0);
    }
    return id;
  };
  const all = items.map(({ words }) => {
    const times = new Map<string, number>();
    const occurrences = words.map((word) => {
      const nth = times.get(word) ?? 0;
      times.set(word, nth + 1);
      const id = numberOf(`${word} ${nth}`);
      counts[id]!++;
      return id;
    });
    return { sequence: Int32Array.from(words, (word) => numberOf(`${word} 0`)), sorted: Int32Array.from(occurrences) };
  });
  for (const { sorted } of all) sorted.sort((a, b) => counts[a]! - counts[b]! || a - b);
  return all;
}

/** 1 - edits / length of the longer, or null below the threshold. */
export function similarityOf(a: ArrayLike<number>, b: ArrayLike<number>, threshold: number): number | null {
  const longer = Math.max(a.length, b.length);
  if (longer === 0) return 1;
  const most = Math.floor((1 - threshold) * longer + 1e-9);
  const edits = editDistance(a, b, most);
  return edits === null ? null : 1 - edits / longer;
}

/**
 * Levenshtein distance, or null when it is over `most`. What both begin and end with is passed over, and only the
 * diagonals that can stay within `most` are computed (Ukkonen 1985).
 */
function editDistance(a: ArrayLike<number>, b: ArrayLike<number>, most: number): number | null {
  let [aEnd, bEnd, start] = [a.length, b.length, 0];
  if (Math.abs(aEnd - bEnd) > most) return null;
  while (start < aEnd && start < bEnd && a[start] === b[start]) start++;
  while (aEnd > start && bEnd > start && a[aEnd - 1] === b[bEnd - 1]) {
    aEnd--;
    bEnd--;
  }
  const [n, m] = [aEnd - start, bEnd - start];
  if (n === 0 || m === 0) return n + m > most ? null : n + m;
  const over = most + 1;
  let row = Array.from({ length: m + 1 }, (_, j) => Math.min(j, over));
  for (let i = 1; i <= n; i++) {
    const next = new Array<number>(m + 1).fill(over);
    if (i <= most) next[0] = i;
    let least = next[0]!;
    for (let j = Math.max(1, i - most); j <= Math.min(m, i + most); j++) {
      const same = a[start + i - 1] === b[start + j - 1] ? 0 : 1;
      next[j] = Math.min(row[j - 1]! + same, row[j]! + 1, next[j - 1]! + 1, over);
      least = Math.min(least, next[j]!);
    }
    if (least > most) return null;
    row = next;
  }
  const edits = row[m]!;
  return edits > most ? null : edits;
}
