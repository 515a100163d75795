import type { Addon, NativeModel, PackedBatch } from "../../src/native/types.js";
import { writeTinyModel } from "./tiny-model.js";

/** `rows` plain sequences of `length` tokens, all labelled but the first. */
export function trainingBatch(rows: number, length: number, vocabSize = 128): PackedBatch {
  const tokens = Int32Array.from({ length: rows * length }, (_, i) => (i * 7 + 3) % vocabSize);
  return {
    tokens,
    labels: tokens.map((id, i) => (i % length === 0 ? -100 : id)),
    prefixLengths: new Int32Array(rows),
    branchCounts: new Int32Array(rows).fill(1),
    branchLengths: new Int32Array(rows).fill(length),
  };
}

/** A tiny model with a LoRA on the attention's inputs and an optimizer, ready for forwardBackward. */
export async function trainable(addon: Addon, folder: string): Promise<NativeModel> {
  const spec = writeTinyModel(folder);
  const model = await addon.loadModel(spec);
  const modules = [0, 1].flatMap((layer) =>
    ["q_proj", "v_proj"].map((name) => ({ name: `model.layers.${layer}.self_attn.${name}`, r: 4, scaling: 2 })),
  );
  await model.addLora({ modules, dropout: 0.1, seed: 1 });
  await model.beginTraining({ beta1: 0.9, beta2: 0.999, eps: 1e-8, weightDecay: 0, maxGradNorm: 1 }, "none");
  return model;
}
