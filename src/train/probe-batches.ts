import { type EncodedRow, type MicroBatch, type MicroBatchLimit, packBatch, rowLength } from "./batch.js";
import type { StepPlanning } from "./step-plan.js";
import { epochMicroBatches } from "./token-statistics.js";
import type { DataRow, TrainingData } from "./training-data.js";

/** What a limit makes of the first epoch, and the micro-batches that a probe runs. */
export interface ProbeBatches {
  limit: MicroBatchLimit;
  /**
   * The longest rows, as many as the limit and a step hold: the most memory that a micro-batch of the run takes, but for
   * the few tokens by which data.shuffle_schema changes a schema's length.
   */
  longest: MicroBatch;
  /** Half of the epoch's packed tokens stand in micro-batches that are no larger than this one. */
  typical: MicroBatch;
  /** Tokens of an epoch as plain sequences, and as they are computed; a small limit repeats schemas. */
  unpackedPerEpoch: number;
  packedPerEpoch: number;
}

/** Packs the first epoch by `limit` and picks from it. Schemas stand in their own order: close enough, and quick. */
export function chooseProbeBatches(
  data: Pick<TrainingData, "train" | "encodeGroup">,
  planning: StepPlanning,
  options: { limit: MicroBatchLimit; questionsPerGroup: number },
): ProbeBatches {
  const { limit } = options;
  const lengths: number[] = [];
  let unpackedPerEpoch = 0;
  for (const micro of epochMicroBatches(data, planning, limit)) {
    lengths.push(lengthOf(micro));
    unpackedPerEpoch += micro.unpackedTokens;
  }
  const packedPerEpoch = lengths.reduce((sum, length) => sum + length, 0);
  const [middle, largest] = [halfWay(lengths, packedPerEpoch), lengths.reduce((a, b) => Math.max(a, b), 0)];
  let [typical, longest] = [null, null] as [MicroBatch | null, MicroBatch | null];
  // Packed again rather than all kept: an epoch's ids are many.
  for (const micro of epochMicroBatches(data, planning, limit)) {
    if (lengthOf(micro) === middle) typical ??= micro;
    if (lengthOf(micro) === largest) longest ??= micro;
    if (typical && longest) break;
  }
  const filled = fillLimit(longestGroups(data.train, options.questionsPerGroup), limit, planning.rowsPerStep);
  // Of two that are about as large, the one with the longest rows: attention costs more there.
  longest = lengthOf(filled) * 1.05 >= largest ? filled : longest;
  return { limit, typical: typical as MicroBatch, longest: longest as MicroBatch, unpackedPerEpoch, packedPerEpoch };
}

/** The shortest row alone. */
export function warmUpBatch(rows: readonly EncodedRow[]): MicroBatch {
  return packBatch([[rows.reduce((shortest, row) => (rowLength(row) < rowLength(shortest) ? row : shortest))]]);
}

export function lengthOf({ batch }: MicroBatch): number {
  return batch.tokens.length;
}

/** Groups as the sampler could draw them, those with the longest rows first. */
function longestGroups(rows: readonly DataRow[], questionsPerGroup: number): DataRow[][] {
  const byDatabase = new Map<string | number, DataRow[]>();
  rows.forEach((row, index) => {
    const key = row.dbId ?? index;
    const others = byDatabase.get(key);
    if (others) others.push(row);
    else byDatabase.set(key, [row]);
  });
  const groups: DataRow[][] = [];
  for (const sorted of byDatabase.values()) {
    sorted.sort((a, b) => rowLength(b) - rowLength(a));
    for (let i = 0; i < sorted.length; i += questionsPerGroup) groups.push(sorted.slice(i, i + questionsPerGroup));
  }
  return groups.sort((a, b) => rowLength(b[0] as DataRow) - rowLength(a[0] as DataRow));
}

/** Rows in order as long as each still fits; the first always goes in. */
function fillLimit(groups: readonly DataRow[][], limit: MicroBatchLimit, rowsPerStep: number): MicroBatch {
  const maxTokens = limit.tokens ?? Number.POSITIVE_INFINITY;
  const maxRows = Math.min(limit.rows ?? rowsPerStep, rowsPerStep);
  const taken: DataRow[][] = [];
  let [tokens, count] = [0, 0];
  for (const group of groups) {
    const part: DataRow[] = [];
    for (const row of group) {
      const cost = rowLength(row) - (part.length === 0 ? 0 : row.schema.length);
      if (count > 0 && (tokens + cost > maxTokens || count >= maxRows)) continue;
      part.push(row);
      tokens += cost;
      count += 1;
    }
    if (part.length > 0) taken.push(part);
    if (count >= maxRows || tokens >= maxTokens) break;
  }
  return packBatch(taken);
}

/** The length at which half of all tokens are reached, the shortest first. */
function halfWay(lengths: readonly number[], total: number): number {
  let reached = 0;
  for (const length of [...lengths].sort((a, b) => a - b)) {
    reached += length;
    if (reached >= total / 2) return length;
  }
  return 0;
}
