import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { isHubId, resolveModel } from "../../src/hub/index.js";

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "sqltune-model-"));
});

afterEach(async () => {
  await rm(folder, { recursive: true });
});

const put = async (files: Record<string, string>): Promise<void> => {
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
};

const message = async (name: string): Promise<string> =>
  resolveModel(name, { offline: true }).then(
    (source) => `resolved: ${JSON.stringify(source)}`,
    (error: Error) => error.message,
  );

test("config.json with one safetensors file", async () => {
  await put({ "config.json": "{}", "model.safetensors": "x", "model.gguf": "x", "adapter_model.safetensors": "x" });
  expect(await resolveModel(folder)).toEqual({
    name: folder,
    hubId: null,
    revision: null,
    format: "safetensors",
    folder,
    weightFiles: [join(folder, "model.safetensors")],
    origin: "folder",
  });
});

test("a single safetensors file of another name, and a sharded index in its own order", async () => {
  await put({ "config.json": "{}", "weights.safetensors": "x", "consolidated.safetensors": "x" });
  expect((await resolveModel(folder)).weightFiles).toEqual([join(folder, "weights.safetensors")]);
  const index = { weight_map: { a: "s2.safetensors", b: "s1.safetensors", c: "s2.safetensors" } };
  await put({ "model.safetensors.index.json": JSON.stringify(index), "s1.safetensors": "x", "s2.safetensors": "x" });
  expect((await resolveModel(folder)).weightFiles).toEqual([
    join(folder, "s2.safetensors"),
    join(folder, "s1.safetensors"),
  ]);
});

test("a .gguf by its path, and the only one of a folder", async () => {
  await put({ "tiny.gguf": "x" });
  const expected = {
    hubId: null,
    format: "gguf",
    folder,
    weightFiles: [join(folder, "tiny.gguf")],
    origin: "gguf file tiny.gguf",
  };
  expect(await resolveModel(join(folder, "tiny.gguf"))).toMatchObject(expected);
  expect(await resolveModel(folder)).toMatchObject(expected);
  await put({ "other.gguf": "x" });
  expect(await message(folder)).toContain("has 2 GGUF files (other.gguf, tiny.gguf): name the one to use");
});

test("a snapshot in the Hub's cache keeps its id and commit", async () => {
  const commit = "a".repeat(40);
  folder = join(folder, "models--acme--tiny-llama", "snapshots", commit);
  await mkdir(folder, { recursive: true });
  await put({ "config.json": "{}", "model.safetensors": "x" });
  expect(await resolveModel(folder)).toMatchObject({ hubId: "acme/tiny-llama", revision: commit, origin: "hub" });
});

test.each<[string, Record<string, string>, string]>([
  ["nothing", {}, "holds no model: found nothing. Expected config.json with *.safetensors, or one .gguf file."],
  ["no config", { "model.safetensors": "x" }, "has weights but no config.json"],
  ["pickles", { "config.json": "{}", "pytorch_model.bin": "x" }, "PyTorch pickles (pytorch_model.bin), which run code"],
  ["an adapter", { "adapter_config.json": "{}", "adapter_model.safetensors": "x" }, "is an adapter, not a model"],
  [
    "missing shards",
    { "config.json": "{}", "model.safetensors.index.json": '{"weight_map":{"a":"1.safetensors","b":"2.safetensors"}}' },
    "names 2 weight files, of which 2 are missing: 1.safetensors, 2.safetensors",
  ],
  ["a broken index", { "config.json": "{}", "model.safetensors.index.json": "{" }, "is no index of safetensors"],
  [
    "an index that points out of the folder",
    { "config.json": "{}", "model.safetensors.index.json": '{"weight_map":{"a":"../1.safetensors"}}' },
    "is no index of safetensors",
  ],
  [
    "a Git LFS pointer",
    { "config.json": "{}", "model.safetensors": "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 5\n" },
    "is a Git LFS pointer of 63 bytes, not the weights",
  ],
])("%s", async (_, files, expected) => {
  await put(files);
  expect(await message(folder)).toContain(expected);
});

test("names that are nothing", async () => {
  expect(await message("./missing")).toContain('no model "./missing": there is no such folder or .gguf file');
  expect(await message(join(folder, "x.gguf"))).toContain("no model");
  await put({ "notes.txt": "x" });
  expect(await message(join(folder, "notes.txt"))).toContain("is a file and no .gguf");
});

test("which names are hub ids", () => {
  for (const id of ["gpt2", "acme/tiny-llama", "TinyLlama/TinyLlama-1.1B-Chat-v1.0"]) expect(isHubId(id)).toBe(true);
  for (const no of ["./a", "../a/b", "/a/b", "a/b/c", "", "a b", "model.gguf", "a/"]) expect(isHubId(no)).toBe(false);
});
