import { createHash } from "node:crypto";
import { setImmediate as nextTurn } from "node:timers/promises";
import type { Dataset, DroppedRow, Example } from "../data/types.js";
import { type EncodedRow, rowLength } from "./batch.js";

/** Makes a row's ids; `schemaSeed` orders tables and columns, null keeps their own order. */
export type RowEncoder = (example: Example, schemaSeed: number | null) => EncodedRow;

/** An encoded row that knows its database. */
export type DataRow = EncodedRow & { dbId: string | null };

/** The rows of a run as token ids. */
export interface TrainingData {
  train: DataRow[];
  validation: DataRow[];
  /** What the validation rows were made of, in their order. */
  validationExamples: Example[];
  /** Rows that the source dropped, and those that are too long. */
  dropped: DroppedRow[];
  /** sha256 of all ids and names of rows: changes with data, split, prompt, serializer and tokenizer. */
  checksum: string;
  /** Training rows of one group, their schema in the order of `schemaSeed`. */
  encodeGroup(indices: readonly number[], schemaSeed: number | null): EncodedRow[];
}

/** Rows encoded between two turns of the event loop: heartbeat and Ctrl-C stay alive. */
const ROWS_PER_TURN = 64;

/**
 * Encodes a data set's training and validation rows. A row longer than `maxSeqLength` tokens is dropped and named:
 * question and answer are never cut.
 */
export async function encodeDataset(
  dataset: Pick<Dataset, "train" | "validation" | "dropped">,
  encoder: RowEncoder,
  options: { maxSeqLength: number; signal?: AbortSignal },
): Promise<TrainingData> {
  const dropped = [...dataset.dropped];
  const hash = createHash("sha256");
  const encodeAll = async (examples: readonly Example[]): Promise<{ rows: DataRow[]; kept: Example[] }> => {
    const rows: DataRow[] = [];
    const kept: Example[] = [];
    for (const [i, example] of examples.entries()) {
      if (i % ROWS_PER_TURN === 0) {
        await nextTurn();
        options.signal?.throwIfAborted();
      }
      const row = encoder(example, null);
      const length = rowLength(row);
      if (length > options.maxSeqLength) {
        const reason = `${length} tokens, model.max_seq_length is ${options.maxSeqLength}`;
        dropped.push({ id: example.id, reason });
        continue;
      }
      rows.push({ ...row, dbId: example.dbId });
      kept.push(example);
      hash.update(`${JSON.stringify([row.id, row.schema.length, row.question.length, row.answer.length])}\n`);
      for (const ids of [row.schema, row.question, row.answer]) hash.update(ids);
    }
    hash.update("end\n");
    return { rows, kept };
  };

  const train = await encodeAll(dataset.train);
  const validation = await encodeAll(dataset.validation);
  return {
    train: train.rows,
    validation: validation.rows,
    validationExamples: validation.kept,
    dropped,
    checksum: hash.digest("hex"),
    encodeGroup: (indices, schemaSeed) => {
      const rows = indices.map((index) => train.rows[index] as DataRow);
      if (schemaSeed === null || rows.some((row) => row.dbId === null)) return rows;
      const shuffled = indices.map((index) => encoder(train.kept[index] as Example, schemaSeed));
      // Another order of names may take a few tokens more; a group that fitted is then trained on in its own order.
      return shuffled.every((row) => rowLength(row) <= options.maxSeqLength) ? shuffled : rows;
    },
  };
}
