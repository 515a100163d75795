import { readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { readAdapterFolder } from "../../src/adapter/index.js";
import { decoderConfigFromHf } from "../../src/model/decoder-config.js";
import { loadAddon } from "../../src/native/load.js";
import type { NativeModel, PackedBatch } from "../../src/native/types.js";
import { readSafetensors } from "../unit/adapter-safetensors.js";
import { maxDifference, worstRelativeDifference } from "./parity-compare.js";
import { lacks, parityPython, pythonReference } from "./parity-python.js";
import { weightFilesOf } from "./parity-weight-files.js";

interface Rows {
  rows: { ids: number[]; labels: number[] }[];
  /** Tokens that all rows begin with. */
  shared: number;
}

const VARIANTS = [
  ...["llama-tied", "llama-sharded", "llama-llama3-rope", "llama-linear-rope", "llama-bias", "llama-head-dim"],
  ...["llama-mha", "mistral-window", "mistral-full", "qwen2", "qwen2-untied"],
];

const skip = lacks("random models against transformers and PEFT", { SQLTUNE_PARITY_PYTHON: parityPython });

describe.skipIf(skip)("random models against transformers and PEFT", () => {
  let root: string;
  beforeAll(async () => {
    root = await pythonReference("random_models", {}, (out) => [out]);
  }, 180_000);

  it("covers every variant the script writes", () => {
    expect(JSON.parse(readFileSync(join(root, "variants.json"), "utf8"))).toEqual(VARIANTS);
  });

  describe.each(VARIANTS)("%s", (name) => {
    let native: NativeModel;
    let reference: string;
    let rows: Rows;
    beforeAll(async () => {
      const folder = join(root, name);
      reference = join(folder, "reference");
      rows = JSON.parse(readFileSync(join(reference, "rows.json"), "utf8"));
      native = await loadAddon().loadModel({
        config: decoderConfigFromHf(JSON.parse(readFileSync(join(folder, "config.json"), "utf8"))),
        files: weightFilesOf(folder),
        device: "cpu",
        dtype: "float32",
        computeDtype: "float32",
      });
      return () => native.dispose();
    });

    it("gives transformers' logits", async () => {
      const logits = readSafetensors(join(reference, "logits.safetensors"));
      for (const [i, row] of rows.rows.entries()) {
        const found = await native.forward(Int32Array.from(row.ids));
        expect(maxDifference(found, logits.get(String(i))!.data)).toBeLessThan(1e-4);
      }
    });

    // Alone and packed behind their shared prefix: the loss and gradients are those of separate rows either way.
    it.each(["one row a group", "one group for all rows"])("gives PEFT's loss and gradients, %s", async (packing) => {
      const adapter = await readAdapterFolder(join(reference, "adapter"));
      const expected = JSON.parse(readFileSync(join(reference, "reference.json"), "utf8"));
      await native.addLora({
        modules: adapter.modules.map(({ name: module, r, scaling }) => ({ name: module, r, scaling })),
        dropout: 0,
        seed: 0,
      });
      try {
        await native.loadLora(adapter.weightsFile);
        await native.beginTraining(
          { beta1: 0.9, beta2: 0.999, eps: 1e-8, weightDecay: 0, maxGradNorm: 1 },
          packing === "one row a group" ? "block" : "none",
        );
        const batch = packing === "one row a group" ? apart(rows) : together(rows);
        const loss = await native.forwardBackward(batch, 0);
        expect(loss.tokens).toBe(expected.tokens);
        expect(loss.lossSum / expected.loss_sum).toBeCloseTo(1, 5);
        expect(maxDifference(loss.branchLoss, expected.row_loss)).toBeLessThan(1e-3);
        const worst = worstRelativeDifference(await native.gradients(), join(reference, "gradients.safetensors"));
        expect(worst.difference, worst.name).toBeLessThan(1e-4);
      } finally {
        await native.removeLora();
      }
    });
  });
});

function apart({ rows }: Rows): PackedBatch {
  return {
    tokens: Int32Array.from(rows.flatMap((row) => row.ids)),
    labels: Int32Array.from(rows.flatMap((row) => row.labels)),
    prefixLengths: new Int32Array(rows.length),
    branchCounts: new Int32Array(rows.length).fill(1),
    branchLengths: Int32Array.from(rows, (row) => row.ids.length),
  };
}

function together({ rows, shared }: Rows): PackedBatch {
  const prefix = rows[0]!.ids.slice(0, shared);
  return {
    tokens: Int32Array.from([...prefix, ...rows.flatMap((row) => row.ids.slice(shared))]),
    labels: Int32Array.from([...prefix.map(() => -100), ...rows.flatMap((row) => row.labels.slice(shared))]),
    prefixLengths: Int32Array.of(shared),
    branchCounts: Int32Array.of(rows.length),
    branchLengths: Int32Array.from(rows, (row) => row.ids.length - shared),
  };
}
