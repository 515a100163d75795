import type { Example } from "../data/types.js";
import { createRandom, shuffle } from "./random.js";

/**
 * `count` rows spread over the databases: each database in turn gives one of its rows until there are enough. Which ones
 * follows from `seed` alone, so that every evaluation of a run, and of a run that is resumed, asks the same.
 * @returns the rows in their own order; all of them when there are no more than `count`, or `count` is null.
 */
export function chooseQuestions(rows: readonly Example[], count: number | null, seed: number): Example[] {
  if (count === null || count >= rows.length) return [...rows];
  const random = createRandom(seed);
  const byDatabase = new Map<string | null, number[]>();
  for (const [index, { dbId }] of rows.entries()) {
    const indices = byDatabase.get(dbId);
    if (indices) indices.push(index);
    else byDatabase.set(dbId, [index]);
  }
  const databases = shuffle([...byDatabase.values()], random).map((indices) => shuffle(indices, random));
  const chosen: number[] = [];
  for (let round = 0; chosen.length < count; round++) {
    for (const indices of databases) {
      const index = indices[round];
      if (index !== undefined && chosen.length < count) chosen.push(index);
    }
  }
  return chosen.sort((a, b) => a - b).map((index) => rows[index] as Example);
}
