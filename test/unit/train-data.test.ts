import { describe, expect, it } from "vitest";
import { resolveConfig } from "../../src/config/index.js";
import type { Example } from "../../src/data/types.js";
import type { DecoderConfig } from "../../src/native/types.js";
import type { RunEvent } from "../../src/observe/events.js";
import { packBatch, rowLength } from "../../src/train/batch.js";
import { createDownloadNotes } from "../../src/train/download-notes.js";
import { packEvaluation } from "../../src/train/evaluate-loss.js";
import { chooseLoraSites } from "../../src/train/lora-sites.js";
import { countParameters, estimateMemory } from "../../src/train/memory-estimate.js";
import { compareAnswers } from "../../src/train/proof.js";
import { planSteps } from "../../src/train/step-plan.js";
import { countPacking, countTokens } from "../../src/train/token-statistics.js";
import { encodeDataset, type RowEncoder } from "../../src/train/training-data.js";

const example = (i: number, dbId: string | null = `db${i % 2}`): Example => ({
  ...{ id: `rows:${i}`, dbId, question: "q".repeat(3 + i), sql: "SELECT 1" },
});
const bytes = (text: string) => Int32Array.from(Buffer.from(text));
/** Bytes as tokens. A shuffled schema is as long as the last digit of its seed says. */
const encoder: RowEncoder = ({ id, dbId, question, sql }, seed) => ({
  ...{ id, question: bytes(question), answer: bytes(sql) },
  schema: dbId === null ? bytes("") : bytes(seed === null ? `${dbId}+++` : `${dbId}${"s".repeat(seed % 10)}`),
});
const dataset = (train: Example[], validation: Example[] = []) => ({ train, validation, dropped: [] });

describe("encodeDataset", () => {
  it("drops rows that are too long and names them, in training and validation", async () => {
    const rows = [0, 1, 2, 3].map((i) => example(i));
    const data = await encodeDataset(dataset(rows, [example(9)]), encoder, { maxSeqLength: 19 });
    expect(data.train.map(({ id }) => id)).toEqual(["rows:0", "rows:1", "rows:2"]);
    expect(data.validation).toEqual([]);
    expect(data.dropped).toEqual([
      { id: "rows:3", reason: "20 tokens, model.max_seq_length is 19" },
      { id: "rows:9", reason: "26 tokens, model.max_seq_length is 19" },
    ]);
  });

  it("gives a group its own order of tables, or its schema's where a row would not fit any more", async () => {
    const rows = [example(0), example(2), example(4)];
    const data = await encodeDataset(dataset(rows), encoder, { maxSeqLength: 21 });
    const texts = (seed: number | null) =>
      data.encodeGroup([0, 1, 2], seed).map((row) => Buffer.from(Uint8Array.from(row.schema)).toString());
    expect(texts(13)).toEqual(["db0sss", "db0sss", "db0sss"]);
    // The longest row has 7 + 8 tokens: a schema of 6 fits, one of 7 does not, and the group stays whole.
    expect(texts(14)).toEqual(["db0+++", "db0+++", "db0+++"]);
    expect(() => packBatch([data.encodeGroup([0, 1, 2], 14)])).not.toThrow();
    expect(texts(null)).toEqual(["db0+++", "db0+++", "db0+++"]);
  });

  it("has a checksum that any change of a row, its schema or its place changes", async () => {
    const sum = async (train: Example[], validation: Example[] = [], by = encoder) =>
      (await encodeDataset(dataset(train, validation), by, { maxSeqLength: 99 })).checksum;
    const rows = [example(0), example(1)];
    const other: RowEncoder = (row, seed) => ({ ...encoder(row, seed), schema: bytes("other") });
    const sums = [
      await sum(rows),
      await sum([...rows].reverse()),
      await sum([example(0)], [example(1)]),
      await sum([example(0), { ...example(1), sql: "SELECT 2" }]),
      await sum([example(0), { ...example(1), id: "x" }]),
      await sum(rows, [], other),
    ];
    expect(new Set(sums).size).toBe(sums.length);
    expect(await sum([example(0), example(1)])).toBe(sums[0]);
  });

  it("stops when it is told to", async () => {
    const signal = AbortSignal.abort(new Error("enough"));
    await expect(encodeDataset(dataset([example(0)]), encoder, { maxSeqLength: 9, signal })).rejects.toThrow("enough");
  });
});

describe("planSteps", () => {
  const rows = Array.from({ length: 33 }, (_, i) => example(i));
  const plan = (training: object) => planSteps(resolveConfig({ training }), rows);

  it("counts steps and warm-up as HuggingFace's Trainer does", () => {
    const batch = { per_device_train_batch_size: 4, gradient_accumulation_steps: 4 };
    expect(plan({ ...batch, num_epochs: 2 })).toMatchObject({ steps: 6, rowsPerStep: 16, warmupSteps: 1 });
    expect(plan({ ...batch, num_epochs: 1.5 }).steps).toBe(5);
    expect(plan({ ...batch, num_epochs: 9, max_steps: 7, warmup_steps: 2 })).toMatchObject({
      steps: 7,
      warmupSteps: 2,
    });
    expect(plan({ ...batch, learning_rate: 0.5, warmup_steps: 2, max_steps: 4 }).learningRate(1)).toBe(0.25);
  });

  it("cuts by rows, or by tokens where they are given", () => {
    const sizes = { per_device_train_batch_size: 3, per_device_eval_batch_size: 5 };
    expect(plan(sizes)).toMatchObject({ trainLimit: { tokens: null, rows: 3 }, evalLimit: { tokens: null, rows: 5 } });
    const limit = { tokens: 512, rows: null };
    expect(plan({ ...sizes, micro_batch_tokens: 512 })).toMatchObject({ trainLimit: limit, evalLimit: limit });
    expect(plan({ ...sizes, micro_batch_tokens: "auto" })).toMatchObject({ evalLimit: { tokens: null, rows: 5 } });
  });

  it("counts tokens as they are and as they are computed", async () => {
    const data = await encodeDataset(dataset(rows), encoder, { maxSeqLength: 99 });
    const lengths = data.train.map(rowLength);
    const total = lengths.reduce((a, b) => a + b);
    const tokens = countTokens(data.train);
    expect(tokens).toEqual({
      rows: 33,
      total,
      shortest: 17,
      median: 33,
      percentile95: 48,
      longest: 49,
      labelled: 33 * 8,
    });
    // One step of all rows: two databases, each schema of six tokens once.
    const training = { per_device_train_batch_size: 33, gradient_accumulation_steps: 1 };
    const packing = countPacking(data, planSteps(resolveConfig({ training }), data.train));
    const packed = total - 31 * 6;
    expect(packing).toEqual({ unpacked: total, packed, microBatches: 1, largestMicroBatch: packed });
    expect(countTokens([])).toMatchObject({ rows: 0, total: 0, longest: 0 });
  });
});

describe("packEvaluation", () => {
  it("puts the rows of a database together, wherever they stand, and rows without one alone", async () => {
    const rows = [example(0), example(1), example(2, null), example(3), example(4)];
    const { train } = await encodeDataset(dataset(rows), encoder, { maxSeqLength: 99 });
    const [batch, ...more] = packEvaluation(train, { tokens: null, rows: null });
    expect(more).toEqual([]);
    expect(batch?.rows.map(({ id }) => id)).toEqual(["rows:0", "rows:4", "rows:1", "rows:3", "rows:2"]);
    expect([...(batch?.batch.prefixLengths ?? [])]).toEqual([6, 6, 0]);
  });
});

const tinyLlama: DecoderConfig = {
  ...{ architecture: "llama", vocabSize: 32000, hiddenSize: 2048, intermediateSize: 5632, numLayers: 22 },
  ...{ numHeads: 32, numKvHeads: 4, headDim: 64, rmsNormEps: 1e-5, ropeTheta: 10000, ropeScaling: null },
  ...{ maxPositionEmbeddings: 2048, slidingWindow: null, tieWordEmbeddings: false },
  ...{ qkvBias: false, outputBias: false, mlpBias: false },
};

describe("parameters and memory", () => {
  it("counts TinyLlama with q_proj and v_proj at rank 8 as PEFT does", () => {
    const { lora } = resolveConfig({ lora: { r: 8, lora_alpha: 16, target_modules: ["q_proj", "v_proj"] } });
    const sites = chooseLoraSites(lora, 1, tinyLlama);
    expect(sites.trainableParameters).toBe(1_126_400);
    expect(sites.trainableParameters + countParameters(tinyLlama)).toBe(1_101_174_784);
    expect(sites.spec.modules).toHaveLength(44);
    expect(sites.spec.modules[0]).toEqual({ name: "model.layers.0.self_attn.q_proj", r: 8, scaling: 2 });
    expect(sites.adapter.targetModules).toEqual(["q_proj", "v_proj"]);
    expect(chooseLoraSites({ ...lora, use_rslora: true }, 1, tinyLlama).spec.modules[0]?.scaling).toBe(
      16 / Math.sqrt(8),
    );
  });

  it("counts Qwen2.5-0.5B with its biases and tied head", () => {
    const qwen: DecoderConfig = {
      ...{ ...tinyLlama, architecture: "qwen2", vocabSize: 151936, hiddenSize: 896, intermediateSize: 4864 },
      ...{ numLayers: 24, numHeads: 14, numKvHeads: 2, tieWordEmbeddings: true, qkvBias: true },
    };
    expect(countParameters(qwen)).toBe(494_032_768);
  });

  it("estimates less memory with checkpointing, and the weights exactly", () => {
    const input = {
      ...{ config: tinyLlama, parameterCount: countParameters(tinyLlama), trainableParameters: 1_126_400 },
      ...{ dtype: "float16" as const, computeDtype: "bfloat16" as const, tokens: 1024 },
    };
    const [plain, selective, checkpointed] = (["none", "selective", "block"] as const).map((checkpointing) =>
      estimateMemory({ ...input, checkpointing }),
    );
    expect(plain?.weights).toBe(2 * input.parameterCount);
    expect(plain?.adapter).toBe(16 * 1_126_400);
    expect(checkpointed?.activations).toBeLessThan((plain?.activations as number) / 4);
    // A token of TinyLlama in bfloat16: 2048 wide, 32 heads of 64, 4 for keys and values, an MLP of 5632, 22 blocks.
    const attention = 2 * (2048 + 2048 + 512) + 4 * 32;
    const whole = attention + 2 * (2 * 2048 + 3 * 5632);
    const logits = 2 * 256 * 32000 * 4;
    expect(plain?.activations).toBe(1024 * 22 * whole + logits);
    expect(selective?.activations).toBe(1024 * (22 * (attention + 2 * 2048) + whole) + logits);
    expect(checkpointed?.activations).toBe(1024 * (22 * 2 * 2048 + whole) + logits);
    expect(plain?.total).toBe((plain?.weights ?? 0) + (plain?.adapter ?? 0) + (plain?.activations ?? 0));
  });
});

describe("proof", () => {
  it("fails where one token differs, an answer is shorter, or nothing was asked", () => {
    const row = { id: "a", schema: bytes(""), question: bytes("q"), answer: bytes("s") };
    const decode = (ids: Int32Array) => [...ids].join(" ");
    const prove = (a: number[], b: number[]) =>
      compareAnswers([row], [Int32Array.from(a)], [Int32Array.from(b)], decode);
    expect(prove([1, 2], [1, 2])).toEqual({ passed: true, rows: [{ id: "a", trained: "1 2", readBack: "1 2" }] });
    expect(prove([1, 2], [1, 3]).passed).toBe(false);
    expect(prove([1, 2], [1]).passed).toBe(false);
    expect(prove([1], [1, 2]).passed).toBe(false);
    expect(compareAnswers([], [], [], decode).passed).toBe(false);
  });
});

describe("download notes", () => {
  it("say the size first, then every tenth", () => {
    const messages: string[] = [];
    const report = createDownloadNotes("org/model", (event: RunEvent) => {
      if (event.event === "note") messages.push(event.message);
    });
    for (const received of [0, 1e6, 5e6, 10.5e6, 11e6, 95e6, 100e6, 100e6])
      report({ file: "x", received, total: 100e6 });
    expect(messages).toEqual([
      "downloading org/model: 100.0 MB",
      "downloading org/model: 10 % of 100.0 MB",
      "downloading org/model: 90 % of 100.0 MB",
      "downloading org/model: 100 % of 100.0 MB",
    ]);
  });
});
