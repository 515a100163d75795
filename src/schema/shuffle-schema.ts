import type { Schema } from "./types.js";

/**
 * The same schema with its tables, and each table's columns, in another order: the same order for the same seed. A model
 * trained on shuffled schemas learns to look names up instead of remembering where they stood.
 *
 * @param seed any integer; its lower 32 bits count.
 */
export function shuffleSchema(schema: Schema, seed: number): Schema {
  const random = mulberry32(seed);
  const tables = shuffled(schema.tables, random).map((table) => ({
    ...table,
    columns: shuffled(table.columns, random),
  }));
  return { ...schema, tables };
}

/** Fisher and Yates. */
function shuffled<T>(items: readonly T[], random: () => number): T[] {
  const out = [...items];
  for (let i = out.length - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1));
    [out[i], out[j]] = [out[j]!, out[i]!];
  }
  return out;
}

/** Tommy Ettinger's Mulberry32: 32 bits of state are plenty for orders of a few dozen names. */
function mulberry32(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}
