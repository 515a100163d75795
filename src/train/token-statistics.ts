import { type EncodedRow, type MicroBatch, type MicroBatchLimit, packMicroBatches, rowLength } from "./batch.js";
import type { StepPlanning } from "./step-plan.js";
import type { TrainingData } from "./training-data.js";

export interface TokenStatistics {
  rows: number;
  /** Tokens of the rows as plain sequences: of all, and of the shortest, median, 95th percentile and longest row. */
  total: number;
  shortest: number;
  median: number;
  percentile95: number;
  longest: number;
  /** Tokens that are learned: the answers'. */
  labelled: number;
}

export interface PackingStatistics {
  /** Tokens of one epoch as plain sequences, and as they are computed with schemas shared. */
  unpacked: number;
  packed: number;
  microBatches: number;
  /** Packed tokens of the largest micro-batch. */
  largestMicroBatch: number;
}

export function countTokens(rows: readonly EncodedRow[]): TokenStatistics {
  const lengths = rows.map(rowLength).sort((a, b) => a - b);
  // Nearest rank; 0 for no rows at all.
  const at = (share: number) => lengths[Math.max(0, Math.ceil(share * lengths.length) - 1)] ?? 0;
  return {
    rows: rows.length,
    total: lengths.reduce((sum, length) => sum + length, 0),
    shortest: at(0),
    median: at(0.5),
    percentile95: at(0.95),
    longest: at(1),
    labelled: rows.reduce((sum, row) => sum + row.answer.length, 0),
  };
}

/** What packing makes of the first epoch. */
export function countPacking(data: TrainingData, planning: StepPlanning): PackingStatistics {
  const statistics = { unpacked: 0, packed: 0, microBatches: 0, largestMicroBatch: 0 };
  for (const { batch, unpackedTokens } of epochMicroBatches(data, planning, planning.trainLimit)) {
    statistics.unpacked += unpackedTokens;
    statistics.packed += batch.tokens.length;
    statistics.microBatches += 1;
    statistics.largestMicroBatch = Math.max(statistics.largestMicroBatch, batch.tokens.length);
  }
  return statistics;
}

/** The micro-batches of the first epoch in order, cut by `limit`. */
export function* epochMicroBatches(
  data: Pick<TrainingData, "encodeGroup">,
  planning: Pick<StepPlanning, "sampler">,
  limit: MicroBatchLimit,
): Generator<MicroBatch> {
  let cursor = { epoch: 0, row: 0 };
  while (cursor.epoch === 0) {
    const plan = planning.sampler.stepAt(cursor);
    // Tables in their own order: close enough for a count, and no row is tokenised again.
    yield* packMicroBatches(
      plan.groups.map(({ rows }) => data.encodeGroup(rows, null)),
      limit,
    );
    cursor = plan.next;
  }
}
