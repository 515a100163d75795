import { randomBytes } from "node:crypto";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, vi } from "vitest";
import { type HostedRepo, HubServer } from "./hub-server.js";

export const COMMIT = "0123456789abcdef0123456789abcdef01234567";
export const ID = "acme/tiny-llama";
export const json = (value: unknown): Buffer => Buffer.from(JSON.stringify(value));

function tinyModel(): HostedRepo {
  const shards = ["model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors"];
  return {
    type: "models",
    id: ID,
    commit: COMMIT,
    files: {
      ".gitattributes": Buffer.from("*.safetensors filter=lfs"),
      "README.md": Buffer.from("# Tiny"),
      "config.json": json({ architectures: ["LlamaForCausalLM"] }),
      "tokenizer.json": json({ model: { type: "BPE" } }),
      "tokenizer_config.json": json({}),
      "consolidated.safetensors": randomBytes(2000),
      "onnx/model.onnx": randomBytes(2000),
      "pytorch_model.bin": randomBytes(2000),
      "model.safetensors.index.json": json({ weight_map: { b: shards[1], a: shards[0], c: shards[1] } }),
      [shards[0]!]: randomBytes(300_000),
      [shards[1]!]: randomBytes(200_000),
    },
    lfs: [...shards, "consolidated.safetensors", "pytorch_model.bin", "onnx/model.onnx"],
  };
}

export interface TestHub {
  server: HubServer;
  /** ID's repository, as the server has it now. */
  repo: HostedRepo;
  /** Emptied after each test; the Hub's cache is in its hf/hub. */
  folder: string;
  /** ID's folder in the Hub's cache. */
  cache: string;
}

/** A new Hub and empty caches for each test; the environment names them and nothing else. */
export function useHub(): TestHub {
  const hub = {} as TestHub;
  beforeEach(async () => {
    hub.server = await HubServer.start();
    hub.repo = tinyModel();
    hub.server.repos.push(hub.repo);
    hub.folder = await mkdtemp(join(tmpdir(), "sqltune-hub-"));
    hub.cache = join(hub.folder, "hf", "hub", "models--acme--tiny-llama");
    for (const name of [
      "HF_TOKEN",
      "HUGGING_FACE_HUB_TOKEN",
      "HF_HUB_CACHE",
      "HUGGINGFACE_HUB_CACHE",
      "HF_HUB_OFFLINE",
    ]) {
      vi.stubEnv(name, undefined);
    }
    vi.stubEnv("HF_HOME", join(hub.folder, "hf"));
    vi.stubEnv("SQLTUNE_CACHE", join(hub.folder, "sqltune"));
    vi.stubEnv("HF_ENDPOINT", hub.server.endpoint);
  });

  afterEach(async () => {
    vi.unstubAllEnvs();
    await hub.server[Symbol.asyncDispose]();
    await rm(hub.folder, { recursive: true });
  });
  return hub;
}

/** The message of the SqltuneError that it must end in. */
export async function failure(promise: Promise<unknown>): Promise<string> {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toMatchObject({ name: "SqltuneError" });
  return (error as Error).message;
}

export async function filesIn(path: string): Promise<string[]> {
  return (await readdir(path)).sort();
}
