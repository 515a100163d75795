import type { PackedBatch } from "../native/types.js";

/** A prompt to be continued: the shared part and its own. */
export interface PlannedPrompt {
  schema: Int32Array;
  question: Int32Array;
}

export interface PlannedBatch {
  prompts: Omit<PackedBatch, "labels">;
  /** Index into the planned prompts of each row (branch), in order. */
  rows: number[];
}

/**
 * Packs prompts into batches of at most `batchSize` rows, the longest first (if memory does not suffice, it shows at
 * once). Prompts with the same schema ids stand in one group, whose prefix is computed once; rows of a batch are of
 * like length.
 */
export function planBatches(prompts: readonly PlannedPrompt[], batchSize: number): PlannedBatch[] {
  const groups = new Map<string, number[]>();
  for (const [i, { schema }] of prompts.entries()) {
    const key = Buffer.from(schema.buffer, schema.byteOffset, schema.byteLength).toString("latin1");
    const rows = groups.get(key);
    if (rows) rows.push(i);
    else groups.set(key, [i]);
  }
  const prefixLength = (rows: number[]) => prompts[rows[0]!]!.schema.length;
  const ordered = [...groups.values()].sort((a, b) => prefixLength(b) - prefixLength(a));

  const batches: number[][][] = [];
  let open: number[][] = [];
  let space = batchSize;
  for (const rows of ordered) {
    rows.sort((a, b) => prompts[b]!.question.length - prompts[a]!.question.length);
    for (let start = 0; start < rows.length; start += batchSize) {
      const piece = rows.slice(start, start + batchSize);
      // A group is split only where it fills whole batches: every split computes its prefix once more.
      if (piece.length > space) {
        batches.push(open);
        open = [];
        space = batchSize;
      }
      open.push(piece);
      space -= piece.length;
    }
  }
  if (open.length > 0) batches.push(open);
  return batches.map((pieces) => pack(prompts, pieces));
}

function pack(prompts: readonly PlannedPrompt[], groups: number[][]): PlannedBatch {
  const rows = groups.flat();
  const parts = groups.flatMap((group) => [prompts[group[0]!]!.schema, ...group.map((i) => prompts[i]!.question)]);
  const tokens = new Int32Array(parts.reduce((sum, part) => sum + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    tokens.set(part, offset);
    offset += part.length;
  }
  return {
    rows,
    prompts: {
      tokens,
      prefixLengths: Int32Array.from(groups, (group) => prompts[group[0]!]!.schema.length),
      branchCounts: Int32Array.from(groups, (group) => group.length),
      branchLengths: Int32Array.from(rows, (i) => prompts[i]!.question.length),
    },
  };
}
