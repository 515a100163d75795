import type { PackedBatch } from "../native/types.js";

/** A prompt to be continued: the shared part and its own. */
export interface PromptParts {
  schema: Int32Array;
  question: Int32Array;
}

export interface PackedPrompts {
  prompts: Omit<PackedBatch, "labels">;
  /** Index into the given prompts of each row (branch), in order. */
  rows: number[];
}

/**
 * Packs prompts into one batch, however many. Prompts with the same schema ids stand in one group, whose prefix is
 * computed once. The longest come first: if memory does not suffice it shows at once, and no long row is left to run
 * alone at the end.
 */
export function packPrompts(prompts: readonly PromptParts[]): PackedPrompts {
  const bySchema = new Map<string, number[]>();
  for (const [i, { schema }] of prompts.entries()) {
    const key = Buffer.from(schema.buffer, schema.byteOffset, schema.byteLength).toString("latin1");
    const rows = bySchema.get(key);
    if (rows) rows.push(i);
    else bySchema.set(key, [i]);
  }
  const schemaOf = (rows: readonly number[]) => prompts[rows[0]!]!.schema;
  const groups = [...bySchema.values()].sort((a, b) => schemaOf(b).length - schemaOf(a).length);
  for (const rows of groups) rows.sort((a, b) => prompts[b]!.question.length - prompts[a]!.question.length);

  const rows = groups.flat();
  const parts = groups.flatMap((group) => [schemaOf(group), ...group.map((i) => prompts[i]!.question)]);
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
      prefixLengths: Int32Array.from(groups, (group) => schemaOf(group).length),
      branchCounts: Int32Array.from(groups, (group) => group.length),
      branchLengths: Int32Array.from(rows, (i) => prompts[i]!.question.length),
    },
  };
}
