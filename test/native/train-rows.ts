import type { NativeModel } from "../../src/native/types.js";

const ids = (length: number, seed: number) =>
  Int32Array.from({ length }, (_, i) => 80 + ((seed * 31 + i * i * 7) % 40));
const schemas = [ids(20, 1), ids(13, 2), ids(31, 3)];

/** Twelve rows of three databases, as token ids between 80 and 119. */
export const encodedRows = Array.from({ length: 12 }, (_, i) => ({
  id: `rows.json:${i}`,
  dbId: `db${i % 3}`,
  schema: schemas[i % 3] as Int32Array,
  question: ids(3 + (i % 4), 10 + i),
  answer: ids(2 + (i % 3), 30 + i),
}));

const SITES = ["self_attn.q_proj", "self_attn.v_proj", "mlp.down_proj"].flatMap((site) =>
  [0, 1].map((layer) => `model.layers.${layer}.${site}`),
);

/** A fresh adapter and optimizer on a two-layer model. */
export async function beginTraining(
  model: NativeModel,
  options: { dropout?: number; scaling?: number } = {},
): Promise<void> {
  const modules = SITES.map((name) => ({ name, r: 4, scaling: options.scaling ?? 2 }));
  await model.addLora({ modules, dropout: options.dropout ?? 0, seed: 3 });
  await model.beginTraining({ beta1: 0.9, beta2: 0.999, eps: 1e-8, weightDecay: 0.01, maxGradNorm: 1 }, "none");
}
