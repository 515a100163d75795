import { createHash } from "node:crypto";
import { mkdir, mkdtemp, readdir, readFile, rm, truncate, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  type AdapterConfig,
  type BaseIdentity,
  checkAdapterBase,
  hashWeightFiles,
  readAdapterFolder,
  type SqltuneFile,
  writeAdapterFolder,
} from "../../src/adapter/index.js";
import { writeSafetensors } from "./adapter-safetensors.js";

const CONFIG: AdapterConfig = {
  baseModel: "org/base",
  revision: "abc",
  r: 2,
  loraAlpha: 8,
  loraDropout: 0,
  targetModules: ["q_proj", "v_proj"],
  useRslora: false,
  rankPattern: { v_proj: 4 },
  alphaPattern: { v_proj: 2 },
};
const SQLTUNE: SqltuneFile = {
  format: 1,
  sqltune_version: "0.1.0",
  prompt: { name: "chat", schema_format: "compact", system: null },
  serializer_version: 1,
  stop_ids: [2],
  tokenizer_hash: "t1",
  base: { hub_id: "org/base", revision: "abc", origin: "gguf Q4_1", weights_hash: "w1" },
  metrics: { ex: 0.25, rows: 100, note: "text" },
};
const Q = "model.layers.0.self_attn.q_proj";
const V = "model.layers.0.self_attn.v_proj";
const BASE: BaseIdentity = {
  name: "org/base",
  origin: "hub",
  weightsHash: "w1",
  tokenizerHash: "t1",
  linears: new Map([
    [Q, [8, 6] as const],
    [V, [3, 6] as const],
  ]),
};

const zeros = (...shape: number[]) => ({ shape, data: new Float32Array(shape.reduce((a, b) => a * b, 1)) });
const key = (module: string, side: "A" | "B") => `base_model.model.${module}.lora_${side}.weight`;
const TENSORS = {
  [key(Q, "A")]: zeros(2, 6),
  [key(Q, "B")]: zeros(8, 2),
  [key(V, "A")]: zeros(4, 6),
  [key(V, "B")]: zeros(3, 4),
};

let root: string;
let folder: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "sqltune-adapter-"));
  folder = join(root, "final_model");
});
afterEach(() => rm(root, { recursive: true, force: true }));

const write = (config = CONFIG, tensors: Parameters<typeof writeSafetensors>[1] = TENSORS) =>
  writeAdapterFolder(folder, {
    config,
    sqltune: SQLTUNE,
    card: { license: "apache-2.0" },
    saveWeights: async (path) => writeSafetensors(path, tensors),
  });

describe("writeAdapterFolder and readAdapterFolder", () => {
  it("round-trips config, prompt and modules with PEFT's scaling", async () => {
    await write();
    const adapter = await readAdapterFolder(folder);
    expect(adapter.config).toEqual(CONFIG);
    expect(adapter.sqltune).toEqual(SQLTUNE);
    expect(adapter.warnings).toEqual([]);
    expect(adapter.modules).toEqual([
      { name: Q, r: 2, scaling: 4, inFeatures: 6, outFeatures: 8 },
      { name: V, r: 4, scaling: 0.5, inFeatures: 6, outFeatures: 3 },
    ]);
    expect((await readdir(root)).sort()).toEqual(["final_model"]);
  });

  it("scales rsLoRA by the root of each module's rank", async () => {
    await write({ ...CONFIG, useRslora: true });
    expect((await readAdapterFolder(folder)).modules.map((m) => m.scaling)).toEqual([8 / Math.SQRT2, 1]);
  });

  it("writes a card whose front matter the Hub reads", async () => {
    await write();
    const card = await readFile(join(folder, "README.md"), "utf8");
    const [, front, body] = card.split("---\n");
    expect(front).toBe(
      "base_model: org/base\nlibrary_name: peft\npipeline_tag: text-generation\nlicense: apache-2.0\ntags:\n" +
        "- base_model:adapter:org/base\n- lora\n- sqltune\n- text-to-sql\n",
    );
    expect(body).toContain("| ex | 0.2500 |");
    expect(body).not.toContain("note");
  });

  it("replaces an older adapter, and keeps it when writing fails", async () => {
    await write();
    await writeFile(join(folder, "left-over"), "");
    await write({ ...CONFIG, revision: "def" });
    expect((await readAdapterFolder(folder)).config.revision).toBe("def");
    expect(await readdir(folder)).not.toContain("left-over");
    const failing = writeAdapterFolder(folder, {
      config: CONFIG,
      sqltune: SQLTUNE,
      saveWeights: async () => {
        throw Object.assign(new Error("ENOSPC: no space left on device"), { code: "ENOSPC" });
      },
    });
    await expect(failing).rejects.toThrow(`No space left on the disk while writing the adapter ${folder}.`);
    expect((await readAdapterFolder(folder)).config.revision).toBe("def");
    expect(await readdir(root)).toEqual(["final_model"]);
  });
});

describe("readAdapterFolder refuses", () => {
  it("a missing folder, missing files and a pickle", async () => {
    await expect(readAdapterFolder(folder)).rejects.toThrow(`No adapter at ${folder}: there is no such folder.`);
    await mkdir(folder);
    await expect(readAdapterFolder(folder)).rejects.toThrow(
      "adapter_config.json and adapter_model.safetensors are missing (found: nothing)",
    );
    await writeFile(join(folder, "adapter_config.json"), "{}");
    await writeFile(join(folder, "adapter_model.bin"), "");
    await expect(readAdapterFolder(folder)).rejects.toThrow("adapter_model.bin is a Python pickle");
  });

  it("truncated weights and a Git LFS pointer", async () => {
    await write();
    const weights = join(folder, "adapter_model.safetensors");
    const { length } = await readFile(weights);
    await truncate(weights, length - 4);
    await expect(readAdapterFolder(folder)).rejects.toThrow(
      `the header describes ${length} bytes, the file has ${length - 4}`,
    );
    await writeFile(weights, "version https://git-lfs.github.com/spec/v1\n");
    await expect(readAdapterFolder(folder)).rejects.toThrow(
      "is damaged: its 43 bytes do not start with a safetensors header",
    );
    await writeFile(weights, "");
    await expect(readAdapterFolder(folder)).rejects.toThrow("its 0 bytes do not start with");
  });

  it("tensors that disagree with the config", async () => {
    await write({ ...CONFIG, rankPattern: {} });
    await expect(readAdapterFolder(folder)).rejects.toThrow(
      `"${V}" has A [4,6] and B [3,4], adapter_config.json says rank 2`,
    );
    await write({ ...CONFIG, targetModules: ["q_proj"] });
    await expect(readAdapterFolder(folder)).rejects.toThrow(`"${V}" is not among target_modules ["q_proj"]`);
    await write(CONFIG, { [key(Q, "A")]: zeros(2, 6) });
    await expect(readAdapterFolder(folder)).rejects.toThrow(`"${Q}" has no lora_B`);
    await write(CONFIG, { ...TENSORS, "base_model.model.model.embed_tokens.lora_embedding_A": zeros(2, 6) });
    await expect(readAdapterFolder(folder)).rejects.toThrow("is no LoRA tensor of a linear layer");
    await write(CONFIG, {});
    await expect(readAdapterFolder(folder)).rejects.toThrow("it holds no tensors");
  });

  it("a broken sqltune.json, naming its keys, and one of a later format", async () => {
    await write();
    await writeFile(
      join(folder, "sqltune.json"),
      JSON.stringify({ ...SQLTUNE, stop_ids: "2", tokenizer_hash: undefined }),
    );
    await expect(readAdapterFolder(folder)).rejects.toThrow(/- stop_ids: .*- tokenizer_hash: /s);
    await writeFile(join(folder, "sqltune.json"), JSON.stringify({ ...SQLTUNE, format: 2 }));
    await expect(readAdapterFolder(folder)).rejects.toThrow("has format 2; this sqltune reads format 1");
    await writeFile(join(folder, "sqltune.json"), "{");
    await expect(readAdapterFolder(folder)).rejects.toThrow("sqltune.json is not JSON");
  });
});

describe("checkAdapterBase", () => {
  it("accepts the base trained on, and an adapter of PEFT's", async () => {
    await write();
    expect(checkAdapterBase(await readAdapterFolder(folder), BASE)).toEqual([]);
    await rm(join(folder, "sqltune.json"));
    expect(checkAdapterBase(await readAdapterFolder(folder), { ...BASE, weightsHash: "other" })).toEqual([]);
  });

  it("warns with both hashes when only the weights or the tokenizer differ", async () => {
    await write();
    const warnings = checkAdapterBase(await readAdapterFolder(folder), {
      ...BASE,
      weightsHash: "w2",
      tokenizerHash: "t2",
    });
    expect(warnings).toHaveLength(2);
    expect(warnings[0]).toContain("w1 (gguf Q4_1) against w2 (hub)");
    expect(warnings[1]).toContain("t1 against t2");
  });

  it("refuses other shapes and unknown modules, with both shapes and the base it was made for", async () => {
    await write();
    const other = { ...BASE, name: "org/other", linears: new Map([[Q, [16, 6] as const]]) };
    const adapter = await readAdapterFolder(folder);
    expect(() => checkAdapterBase(adapter, other)).toThrow(
      `does not fit the base org/other. [out, in] of its modules:\n  - ${Q}: [8, 6] in the adapter, [16,6] in the base\n` +
        `  - ${V}: not among the base's linears\nIt was made for org/base: load it on that model.`,
    );
  });
});

describe("hashWeightFiles", () => {
  const sha256 = (text: string) => createHash("sha256").update(text).digest("hex");

  it("is sha256sum of one file, and of sha256sum's list for shards", async () => {
    const files = [join(root, "a.safetensors"), join(root, "b.safetensors")];
    await writeFile(files[0]!, "one");
    await writeFile(files[1]!, "two");
    const cacheFolder = join(root, "cache");
    expect(await hashWeightFiles([files[0]!], { cacheFolder })).toBe(sha256("one"));
    const list = `${sha256("one")}  a.safetensors\n${sha256("two")}  b.safetensors\n`;
    expect(await hashWeightFiles(files, { cacheFolder })).toBe(sha256(list));
  });

  it("reads a file again only when it changed", async () => {
    const file = join(root, "a");
    const cacheFolder = join(root, "cache");
    await writeFile(file, "one");
    await utimes(file, 1000, 1000);
    await hashWeightFiles([file], { cacheFolder });
    await writeFile(file, "uno");
    await utimes(file, 1000, 1000);
    expect(await hashWeightFiles([file], { cacheFolder })).toBe(sha256("one"));
    await utimes(file, 1000, 1001);
    expect(await hashWeightFiles([file], { cacheFolder })).toBe(sha256("uno"));
  });

  it("works without a writable cache", async () => {
    const file = join(root, "a");
    await writeFile(file, "one");
    expect(await hashWeightFiles([file], { cacheFolder: join(file, "not-a-folder") })).toBe(sha256("one"));
  });
});
