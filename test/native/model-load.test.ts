import { copyFile, mkdtemp, readFile, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type SqltuneFile, shortTargetModules, writeAdapterFolder } from "../../src/adapter/index.js";
import { linearShapes, loadModel, type Model } from "../../src/model/index.js";
import { writeSafetensors } from "../unit/adapter-safetensors.js";
import { writeTinyFolder } from "./model-tiny-folder.js";
import { maxDifference } from "./parity-compare.js";

const FLOAT32 = { device: "cpu", dtype: "float32", computeDtype: "float32" } as const;
const IDS = Int32Array.of(1, 5, 9, 40, 7);

let root: string;
let base: string;
let adapter: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "sqltune-model-"));
  process.env.SQLTUNE_CACHE = join(root, "cache");
  base = writeTinyFolder(join(root, "base")).folder;
  adapter = join(root, "adapter");
  using model = await loadModel(base, FLOAT32);
  await saveAdapter(model, adapter);
});
afterAll(() => rm(root, { recursive: true, force: true }));

/** Saves an adapter with random A and B on every q_proj, as training would. */
async function saveAdapter(model: Model, folder: string, changes: Partial<SqltuneFile> = {}): Promise<void> {
  const shapes = linearShapes(model.decoderConfig);
  const modules = [...shapes.keys()].filter((name) => name.endsWith("q_proj"));
  const random = (rows: number, columns: number, seed: number) => ({
    shape: [rows, columns],
    data: Float32Array.from({ length: rows * columns }, (_, i) => Math.sin(i * 12.9898 + seed)),
  });
  const tensors = Object.fromEntries(
    modules.flatMap((name, i) => {
      const [out, inner] = shapes.get(name)!;
      return [
        [`base_model.model.${name}.lora_A.weight`, random(2, inner, i)],
        [`base_model.model.${name}.lora_B.weight`, random(out, 2, i + 0.5)],
      ];
    }),
  );
  await writeAdapterFolder(folder, {
    config: {
      ...{ baseModel: null, revision: null, r: 2, loraAlpha: 4, loraDropout: 0.1, useRslora: false },
      ...{ targetModules: shortTargetModules(modules, [...shapes.keys()]), rankPattern: {}, alphaPattern: {} },
    },
    sqltune: {
      ...{ format: 1, sqltune_version: "0.1.0", serializer_version: 1, metrics: {} },
      prompt: { name: "chat", schema_format: "ddl", system: null },
      stop_ids: [2],
      tokenizer_hash: model.tokenizer.hash,
      base: { hub_id: null, revision: null, origin: "folder", weights_hash: await model.weightsHash() },
      ...changes,
    },
    saveWeights: async (path) => writeSafetensors(path, tensors),
  });
}

describe("loadModel", () => {
  it("loads a folder and describes it", async () => {
    using model = await loadModel(base, FLOAT32);
    expect(model).toMatchObject({
      device: "cpu",
      dtype: "float32",
      computeDtype: "float32",
      adapter: null,
      warnings: [],
    });
    expect(model.source).toMatchObject({ name: base, hubId: null, format: "safetensors" });
    expect(model.tokenizer.stopIds).toEqual([2]);
    // Embedding and head of 128 x 32; two layers of q, o (32 x 32), k, v (16 x 32), three of 64 x 32, two norms; a norm.
    expect(model.parameterCount).toBe(2 * 128 * 32 + 2 * (2 * 1024 + 2 * 512 + 3 * 2048 + 64) + 32);
    expect(await model.forward(IDS)).toHaveLength(IDS.length * 128);
  });

  it("gives the same logits from shards, and close ones in bfloat16 and from float16 weights", async () => {
    using whole = await loadModel(base, FLOAT32);
    const logits = await whole.forward(IDS);
    using shards = await loadModel(writeTinyFolder(join(root, "shards"), { shards: 3 }).folder, FLOAT32);
    expect(maxDifference(await shards.forward(IDS), logits)).toBe(0);
    for (const dtype of ["bfloat16", "float16"] as const) {
      using half = await loadModel(base, { device: "cpu", dtype });
      expect(half).toMatchObject({ dtype });
      expect(half.computeDtype).not.toBe("float16");
      const difference = maxDifference(await half.forward(IDS), logits);
      expect(difference).toBeGreaterThan(0);
      expect(difference).toBeLessThan(0.1);
    }
  });

  it("says what an aborted load was stopped by, and stops a running forward", async () => {
    const stopped = AbortSignal.abort(new Error("not today"));
    await expect(loadModel(base, { signal: stopped })).rejects.toThrow("not today");
    using model = await loadModel(base, FLOAT32);
    await expect(model.forward(IDS, { signal: stopped })).rejects.toThrow("not today");
    expect(await model.forward(IDS)).toHaveLength(IDS.length * 128);
  });

  it("refuses use after dispose, and disposes once", async () => {
    const model = await loadModel(base, FLOAT32);
    model.dispose();
    model.dispose();
    await expect(model.forward(IDS)).rejects.toThrow(`The model ${base} was disposed: load it again to use it.`);
    expect(() => model.native).toThrow("was disposed");
  });
});

describe("loadModel refuses", () => {
  let broken: string;
  beforeEach(async () => {
    broken = writeTinyFolder(await mkdtemp(join(root, "broken-"))).folder;
  });
  const edit = async (name: string, change: (json: Record<string, unknown>) => void) => {
    const json = JSON.parse(await readFile(join(broken, name), "utf8"));
    change(json);
    await writeFile(join(broken, name), JSON.stringify(json));
  };

  it("a folder that is not there, or has no weights", async () => {
    await expect(loadModel(join(root, "nowhere"))).rejects.toThrow(join(root, "nowhere"));
    await rm(join(broken, "model.safetensors"));
    await expect(loadModel(broken)).rejects.toThrow(/safetensors/);
  });

  it("a missing or broken config.json and an unknown architecture, naming the supported ones", async () => {
    await edit("config.json", (json) => {
      json.architectures = ["MambaForCausalLM"];
    });
    await expect(loadModel(broken)).rejects.toThrow(
      /"MambaForCausalLM".*LlamaForCausalLM, MistralForCausalLM, Qwen2ForCausalLM/,
    );
    await writeFile(join(broken, "config.json"), "{");
    await expect(loadModel(broken)).rejects.toThrow(/config\.json is not JSON/);
    await rm(join(broken, "config.json"));
    await expect(loadModel(broken)).rejects.toThrow(/config\.json/);
  });

  it("truncated weights, without a backtrace", async () => {
    const weights = join(broken, "model.safetensors");
    const { length } = await readFile(weights);
    await truncate(weights, length - 1000);
    const error = await loadModel(broken, FLOAT32).catch((e: Error) => e);
    expect(error).toMatchObject({ code: "ERR_SQLTUNE_WEIGHTS" });
    expect((error as Error).message).toContain(weights);
    expect((error as Error).message).not.toMatch(/frame #|0x[0-9a-f]{8}/);
  });

  it("weights of another shape than config.json says, with both shapes", async () => {
    await edit("config.json", (json) => {
      json.intermediate_size = 80;
    });
    const error = await loadModel(broken, FLOAT32).catch((e: Error) => e);
    expect(error).toMatchObject({ code: "ERR_SQLTUNE_WEIGHTS" });
    expect((error as Error).message).toMatch(/gate_proj\.weight.*64, 32.*80, 32|gate_proj\.weight.*80, 32.*64, 32/s);
  });

  it("missing tensors, by name", async () => {
    await edit("config.json", (json) => {
      json.num_hidden_layers = 3;
    });
    await expect(loadModel(broken, FLOAT32)).rejects.toThrow(/model\.layers\.2\./);
  });
});

describe("adapters", () => {
  it("change the logits, come off again, and are found through the adapter folder alone only with a hub id", async () => {
    using model = await loadModel(base, { ...FLOAT32, adapter });
    expect(model.adapter).toMatchObject({ name: adapter, parameters: 2 * (2 * 32 + 32 * 2) });
    expect(model.warnings).toEqual([]);
    const tuned = await model.forward(IDS);
    await model.detachAdapter();
    expect(model.adapter).toBeNull();
    const bare = await model.forward(IDS);
    expect(maxDifference(tuned, bare)).toBeGreaterThan(0.1);
    using plain = await loadModel(base, FLOAT32);
    expect(maxDifference(await plain.forward(IDS), bare)).toBe(0);

    await expect(loadModel(adapter)).rejects.toThrow(
      `The adapter ${adapter} does not say which model it belongs to: its base has no hub id (origin: folder).`,
    );
    await expect(loadModel(adapter, { adapter })).rejects.toThrow("is an adapter and cannot carry the adapter");
  });

  it("equal the merged weights", async () => {
    using model = await loadModel(base, { ...FLOAT32, adapter });
    const tuned = await model.forward(IDS);
    await model.native.mergeLora();
    expect(maxDifference(await model.forward(IDS), tuned)).toBeLessThan(1e-5);
  });

  it("bring their base along when it has a hub id that is a folder here", async () => {
    const named = join(root, "named");
    using model = await loadModel(base, FLOAT32);
    await saveAdapter(model, named, {
      base: { hub_id: base, revision: null, origin: "folder", weights_hash: await model.weightsHash() },
    });
    using again = await loadModel(named, FLOAT32);
    expect(again.source.name).toBe(base);
    expect(again.adapter?.folder).toBe(named);
  });

  it("warn with both hashes on other weights of the same shape", async () => {
    const other = writeTinyFolder(join(root, "other"), { seed: 2 }).folder;
    using model = await loadModel(other, { ...FLOAT32, adapter });
    expect(model.adapter).not.toBeNull();
    expect(model.warnings).toHaveLength(1);
    const [hash, otherHash] = [model.adapter?.sqltune?.base.weights_hash, await model.weightsHash()];
    expect(model.warnings[0]).toContain(`${hash} (folder) against ${otherHash} (folder)`);
  });

  it("for another base are refused with both shapes, and the model is left as it was", async () => {
    const wide = writeTinyFolder(join(root, "wide"), { config: { hiddenSize: 48, numHeads: 6 } }).folder;
    await expect(loadModel(wide, { ...FLOAT32, adapter })).rejects.toThrow(
      "model.layers.0.self_attn.q_proj: [32, 32] in the adapter, [48,48] in the base",
    );
    using model = await loadModel(wide, FLOAT32);
    const before = await model.forward(IDS);
    const { readAdapterFolder } = await import("../../src/adapter/index.js");
    await expect(model.attachAdapter(await readAdapterFolder(adapter))).rejects.toThrow("does not fit the base");
    expect(model.adapter).toBeNull();
    expect(maxDifference(await model.forward(IDS), before)).toBe(0);
  });

  it("are read before gigabytes of weights: a broken one names its file though the base is broken too", async () => {
    const noBase = await mkdtemp(join(root, "no-base-"));
    const torn = join(root, "torn");
    await rm(torn, { recursive: true, force: true });
    using model = await loadModel(base, FLOAT32);
    await saveAdapter(model, torn);
    await copyFile(join(torn, "README.md"), join(torn, "adapter_model.safetensors"));
    await expect(loadModel(noBase, { adapter: torn })).rejects.toThrow(join(torn, "adapter_model.safetensors"));
  });
});
