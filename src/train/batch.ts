import type { PackedBatch } from "../native/types.js";
import type { PromptIds } from "../prompt/types.js";

/** HuggingFace's label of a token that is not learned. */
export const IGNORED_LABEL = -100;

/** One example as token ids, in the three pieces of its prompt. */
export interface EncodedRow extends PromptIds {
  /** Example.id, for messages. */
  id: string;
}

/** What one native call works on, and what is needed to speak about it. */
export interface MicroBatch {
  batch: PackedBatch;
  /** In branch order: rows[i] belongs to LossResult.branchLoss[i]. */
  rows: EncodedRow[];
  /** Tokens of the rows as plain sequences, each with its own schema. */
  unpackedTokens: number;
}

/** A micro-batch ends where one of these would be passed; null does not limit. One row always goes in. */
export interface MicroBatchLimit {
  /** Packed tokens (a shared schema counts once). */
  tokens: number | null;
  rows: number | null;
}

/** Tokens of a row as one plain sequence. */
export function rowLength(row: PromptIds): number {
  return row.schema.length + row.question.length + row.answer.length;
}

/**
 * Packs groups of rows that share a schema into one native call (DESIGN, shared-schema packing): each schema once,
 * then its rows' questions and answers; only answer tokens carry labels.
 */
export function packBatch(groups: readonly (readonly EncodedRow[])[]): MicroBatch {
  const rows = groups.flat();
  const prefixes = groups.map(sharedPrefix);
  const branches = groups.flatMap((group, i) => {
    // A group of one row is a plain sequence: attention over it needs no merging of prefix and branch.
    const inlined = prefixes[i]?.length === 0;
    return group.map((row) => ({ row, lead: inlined ? row.schema.length : 0 }));
  });
  const branchLengths = branches.map(({ row, lead }) => lead + row.question.length + row.answer.length);
  const total = sum(prefixes.map((prefix) => prefix.length)) + sum(branchLengths);

  const tokens = new Int32Array(total);
  const labels = new Int32Array(total).fill(IGNORED_LABEL);
  let at = 0;
  const put = (ids: Int32Array, learned: boolean): void => {
    tokens.set(ids, at);
    if (learned) labels.set(ids, at);
    at += ids.length;
  };
  let branch = 0;
  groups.forEach((group, i) => {
    put(prefixes[i] as Int32Array, false);
    for (let last = branch + group.length; branch < last; branch++) {
      const { row, lead } = branches[branch] as (typeof branches)[number];
      if (lead > 0) put(row.schema, false);
      put(row.question, false);
      put(row.answer, true);
    }
  });
  return {
    batch: {
      tokens,
      labels,
      prefixLengths: Int32Array.from(prefixes, (prefix) => prefix.length),
      branchCounts: Int32Array.from(groups, (group) => group.length),
      branchLengths: Int32Array.from(branchLengths),
    },
    rows,
    unpackedTokens: sum(rows.map(rowLength)),
  };
}

/** Cuts groups into micro-batches, in order. A group larger than the limit is parted and its schema repeated. */
export function packMicroBatches(groups: readonly (readonly EncodedRow[])[], limit: MicroBatchLimit): MicroBatch[] {
  const maxTokens = limit.tokens ?? Number.POSITIVE_INFINITY;
  const maxRows = limit.rows ?? Number.POSITIVE_INFINITY;
  const packed: EncodedRow[][][] = [];
  let current: EncodedRow[][] = [];
  let used = { tokens: 0, rows: 0 };
  const close = (): void => {
    if (current.length > 0) packed.push(current);
    current = [];
    used = { tokens: 0, rows: 0 };
  };

  for (const group of groups) {
    const whole = (group[0]?.schema.length ?? 0) + sum(group.map(branchLength));
    // A group is parted only where it must be: the schema of each part is computed again.
    if (used.tokens + whole > maxTokens || used.rows + group.length > maxRows) close();
    let part: EncodedRow[] = [];
    for (const row of group) {
      let cost = branchLength(row) + (part.length === 0 ? row.schema.length : 0);
      if (used.rows > 0 && (used.tokens + cost > maxTokens || used.rows + 1 > maxRows)) {
        close();
        part = [];
        cost = rowLength(row);
      }
      if (part.length === 0) current.push(part);
      part.push(row);
      used = { tokens: used.tokens + cost, rows: used.rows + 1 };
    }
  }
  close();
  return packed.map(packBatch);
}

function branchLength(row: EncodedRow): number {
  return row.question.length + row.answer.length;
}

/** The schema ids that a group's rows share; empty for a group of one, which is packed as a plain sequence. */
function sharedPrefix(group: readonly EncodedRow[]): Int32Array {
  const [first, ...others] = group;
  if (first === undefined) throw new RangeError("A group without rows cannot be packed.");
  const stranger = others.find((row) => !sameIds(row.schema, first.schema));
  if (stranger) throw new RangeError(`Rows ${first.id} and ${stranger.id} were grouped but their schemas differ.`);
  return others.length === 0 ? new Int32Array(0) : first.schema;
}

function sameIds(a: Int32Array, b: Int32Array): boolean {
  return a === b || (a.length === b.length && a.every((id, i) => id === b[i]));
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
