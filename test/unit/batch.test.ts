import { describe, expect, it } from "vitest";
import type { PackedBatch } from "../../src/native/types.js";
import { type EncodedRow, packBatch, packMicroBatches, rowLength } from "../../src/train/batch.js";

const ids = (...values: number[]) => Int32Array.from(values);
const schemaA = ids(1, 2, 3);
const schemaB = ids(1, 2, 4, 5);
const row = (id: string, schema: Int32Array, question: number[], answer: number[]): EncodedRow => ({
  id,
  schema,
  question: ids(...question),
  answer: ids(...answer),
});
const a1 = row("a1", schemaA, [10], [20, 0]);
const a2 = row("a2", Int32Array.from(schemaA), [11, 12], [21, 0]);
const a3 = row("a3", schemaA, [13], [22, 23, 0]);
const b1 = row("b1", schemaB, [14], [24, 0]);
const b2 = row("b2", schemaB, [15], [25, 0]);
const bare = row("bare", ids(), [16, 17], [26, 0]);

/** The plain sequences that a packed batch stands for, by its documented layout alone. */
function unpack(batch: PackedBatch): { tokens: number[]; labels: number[] }[] {
  const sequences: { tokens: number[]; labels: number[] }[] = [];
  let at = 0;
  let branch = 0;
  const take = (length: number) => {
    const piece = {
      tokens: [...batch.tokens.slice(at, at + length)],
      labels: [...batch.labels.slice(at, at + length)],
    };
    at += length;
    return piece;
  };
  batch.prefixLengths.forEach((prefixLength, group) => {
    const prefix = take(prefixLength);
    for (let i = 0; i < (batch.branchCounts[group] as number); i++) {
      const own = take(batch.branchLengths[branch++] as number);
      sequences.push({ tokens: [...prefix.tokens, ...own.tokens], labels: [...prefix.labels, ...own.labels] });
    }
  });
  expect(at).toBe(batch.tokens.length);
  expect(batch.labels.length).toBe(batch.tokens.length);
  return sequences;
}

const plain = (rows: EncodedRow[]) =>
  rows.map(({ schema, question, answer }) => ({
    tokens: [...schema, ...question, ...answer],
    labels: [...new Array(schema.length + question.length).fill(-100), ...answer],
  }));

describe("packBatch", () => {
  it("holds each shared schema once and labels the answers alone", () => {
    const { batch, rows, unpackedTokens } = packBatch([[a1, a2, a3], [b1], [bare]]);
    expect([...batch.prefixLengths]).toEqual([3, 0, 0]);
    expect([...batch.branchCounts]).toEqual([3, 1, 1]);
    expect([...batch.branchLengths]).toEqual([3, 4, 4, 7, 4]);
    expect(unpack(batch)).toEqual(plain([a1, a2, a3, b1, bare]));
    expect(rows.map(({ id }) => id)).toEqual(["a1", "a2", "a3", "b1", "bare"]);
    expect(unpackedTokens).toBe(6 + 7 + 7 + 7 + 4);
    expect(batch.tokens.length).toBe(unpackedTokens - 2 * schemaA.length);
  });

  it("refuses to share a schema between rows that do not have the same", () => {
    expect(() => packBatch([[a1, b1]])).toThrow("Rows a1 and b1 were grouped but their schemas differ.");
    expect(() => packBatch([[]])).toThrow(RangeError);
  });
});

describe("packMicroBatches", () => {
  const groups = [[a1, a2, a3], [b1, b2], [bare]];
  const idsOf = (limit: { tokens: number | null; rows: number | null }) =>
    packMicroBatches(groups, limit).map(({ rows }) => rows.map(({ id }) => id));

  it("keeps a step in one call when nothing limits it", () => {
    expect(idsOf({ tokens: null, rows: null })).toEqual([["a1", "a2", "a3", "b1", "b2", "bare"]]);
  });

  it("limits rows, as per_device_train_batch_size does", () => {
    expect(idsOf({ tokens: null, rows: 1 })).toEqual([["a1"], ["a2"], ["a3"], ["b1"], ["b2"], ["bare"]]);
    expect(idsOf({ tokens: null, rows: 2 })).toEqual([["a1", "a2"], ["a3"], ["b1", "b2"], ["bare"]]);
    expect(idsOf({ tokens: null, rows: 5 })).toEqual([["a1", "a2", "a3", "b1", "b2"], ["bare"]]);
  });

  it("limits packed tokens and parts a group only where it must", () => {
    // a: 3 + 3 + 4 + 4 = 14 packed tokens; b: 4 + 3 + 3 = 10; bare: 4.
    expect(idsOf({ tokens: 14, rows: null })).toEqual([
      ["a1", "a2", "a3"],
      ["b1", "b2", "bare"],
    ]);
    expect(idsOf({ tokens: 13, rows: null })).toEqual([["a1", "a2"], ["a3"], ["b1", "b2"], ["bare"]]);
    for (const tokens of [8, 10, 12, 17]) {
      for (const { batch } of packMicroBatches(groups, { tokens, rows: null })) {
        expect(batch.tokens.length).toBeLessThanOrEqual(tokens);
      }
    }
  });

  it("puts a row that is larger than the limit in a call of its own", () => {
    expect(idsOf({ tokens: 1, rows: null })).toEqual([["a1"], ["a2"], ["a3"], ["b1"], ["b2"], ["bare"]]);
  });

  it.each([
    { tokens: null, rows: 2 },
    { tokens: 9, rows: null },
    { tokens: 12, rows: 3 },
  ])("changes no sequence and loses none under %o", (limit) => {
    const batches = packMicroBatches(groups, limit);
    expect(batches.flatMap(({ batch }) => unpack(batch))).toEqual(plain(groups.flat()));
    const total = batches.reduce((sum, { unpackedTokens }) => sum + unpackedTokens, 0);
    expect(total).toBe(groups.flat().reduce((sum, each) => sum + rowLength(each), 0));
  });
});
