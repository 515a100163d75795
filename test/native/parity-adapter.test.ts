import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { shortTargetModules, sqltuneVersion, writeAdapterFolder } from "../../src/adapter/index.js";
import { loadModel, type Model } from "../../src/model/index.js";
import { readSafetensors } from "../unit/adapter-safetensors.js";
import { maxDifference } from "./parity-compare.js";
import { lacks, parityModel, parityPython, pythonReference } from "./parity-python.js";

const IDS = [
  [1, 4093, 198, 4321, 419, 1820, 359, 4000, 30, 2, 198, 1, 520, 9531, 198],
  [1, 520, 9531, 198, 100, 2000, 30000, 49151],
];
const FLOAT32 = { device: "cpu", dtype: "float32", computeDtype: "float32" } as const;

const base = parityModel("smollm2");
const skip = lacks("adapters between sqltune and PEFT", {
  SQLTUNE_PARITY_PYTHON: parityPython,
  "SQLTUNE_PARITY_MODELS/smollm2": base,
});

describe.skipIf(skip)("adapters between sqltune and PEFT", () => {
  let root: string;
  beforeAll(async () => {
    root = await mkdtemp(join(tmpdir(), "sqltune-exchange-"));
  });
  afterAll(() => rm(root, { recursive: true, force: true }));

  it("one that PEFT wrote gives PEFT's logits here, rsLoRA, rank and alpha patterns and the head included", async () => {
    const out = await pythonReference("adapter_exchange", { ids: IDS }, (to, inputs) => ["write", base!, inputs, to]);
    using model = await loadModel(base!, FLOAT32);
    const bare = await model.forward(Int32Array.from(IDS[0]!));
    for (const name of ["plain", "patterns", "head"]) {
      using tuned = await loadModel(base!, { ...FLOAT32, adapter: join(out, name) });
      expect(tuned.adapter).toMatchObject({ name: join(out, name), sqltune: null });
      await expectLogits(tuned, join(out, name, "logits.safetensors"));
      expect(maxDifference(await tuned.forward(Int32Array.from(IDS[0]!)), bare)).toBeGreaterThan(0.5);
      await tuned.detachAdapter();
      expect(maxDifference(await tuned.forward(Int32Array.from(IDS[0]!)), bare)).toBe(0);
    }
  }, 600_000);

  it("one that sqltune trained and wrote gives sqltune's logits in PEFT, with no key missing or left over", async () => {
    const folder = join(root, "adapter");
    using model = await loadModel(base!, FLOAT32);
    const linears = [...Array(30).keys()].flatMap((layer) =>
      ["self_attn.q_proj", "self_attn.o_proj", "mlp.down_proj"].map((name) => `model.layers.${layer}.${name}`),
    );
    linears.push("lm_head");
    await model.native.addLora({ modules: linears.map((name) => ({ name, r: 4, scaling: 2 })), dropout: 0, seed: 3 });
    await model.native.beginTraining({ beta1: 0.9, beta2: 0.999, eps: 1e-8, weightDecay: 0, maxGradNorm: 0 }, "none");
    const [ids] = IDS as [number[], ...number[][]];
    for (let step = 0; step < 3; step++) {
      await model.native.forwardBackward(
        {
          tokens: Int32Array.from(ids),
          labels: Int32Array.from(ids),
          prefixLengths: Int32Array.of(0),
          branchCounts: Int32Array.of(1),
          branchLengths: Int32Array.of(ids.length),
        },
        0,
      );
      await model.native.step(1e-2);
    }
    await writeAdapterFolder(folder, {
      config: {
        baseModel: "HuggingFaceTB/SmolLM2-135M-Instruct",
        revision: null,
        r: 4,
        loraAlpha: 8,
        loraDropout: 0,
        targetModules: shortTargetModules(linears, linears),
        useRslora: false,
        rankPattern: {},
        alphaPattern: {},
      },
      sqltune: {
        format: 1,
        sqltune_version: sqltuneVersion,
        prompt: { name: "chat", schema_format: "ddl", system: null },
        serializer_version: 1,
        stop_ids: [...model.tokenizer.stopIds],
        tokenizer_hash: model.tokenizer.hash,
        base: { hub_id: null, revision: null, origin: "folder", weights_hash: await model.weightsHash() },
        metrics: {},
      },
      saveWeights: (path) => model.native.saveLora(path),
    });

    const out = await pythonReference("adapter_exchange", { ids: IDS }, (to, inputs) => [
      "read",
      base!,
      folder,
      inputs,
      to,
    ]);
    expect(JSON.parse(await readFile(join(out, "keys.json"), "utf8"))).toEqual({ missing: [], unexpected: [] });
    await expectLogits(model, join(out, "logits.safetensors"));

    using again = await loadModel(base!, { ...FLOAT32, adapter: folder });
    expect(again.warnings).toEqual([]);
    await expectLogits(again, join(out, "logits.safetensors"));
  }, 600_000);
});

/** The largest logit is about 20: float32's order of summation alone moves it by 1e-5. */
async function expectLogits(model: Model, reference: string): Promise<void> {
  const logits = readSafetensors(reference);
  for (const [i, ids] of IDS.entries()) {
    expect(maxDifference(await model.forward(Int32Array.from(ids)), logits.get(String(i))!.data)).toBeLessThan(1e-4);
  }
}
