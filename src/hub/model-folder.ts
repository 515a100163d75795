import { readdir, readFile, stat } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { SqltuneError } from "../errors.js";
import { exists } from "./hub-cache.js";
import type { ModelSource } from "./types.js";

/**
 * A folder as a model: config.json with safetensors (model.safetensors, else a sharded index, else the only .safetensors
 * there), else the only .gguf. A snapshot in the Hub's cache keeps its id and commit.
 *
 * @throws SqltuneError that lists what is there and what is missing
 */
export async function readModelFolder(path: string, name = path): Promise<ModelSource> {
  const folder = resolve(path);
  const names = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    throw new SqltuneError(`${folder} cannot be read as a model folder: ${error.message}`, { cause: error });
  });
  const source = { name, ...snapshotIdentity(folder), folder };
  const weights = await safetensorsIn(folder, names);
  const ggufs = names.filter((file) => file.endsWith(".gguf"));
  if (weights.length > 0 && names.includes("config.json")) {
    await Promise.all(weights.map(rejectPointer));
    const origin = source.revision === null ? "folder" : "hub";
    return { ...source, format: "safetensors", weightFiles: weights, origin };
  }
  if (ggufs.length === 1) return readGgufFile(join(folder, ggufs[0]!), name);
  throw new SqltuneError(notAModel(folder, names, weights.length > 0, ggufs), { code: "ERR_SQLTUNE_MODEL_FILES" });
}

/** One .gguf: weights, config and tokenizer in a single file. */
export async function readGgufFile(path: string, name = path): Promise<ModelSource> {
  const file = resolve(path);
  await rejectPointer(file);
  return {
    name,
    hubId: null,
    revision: null,
    format: "gguf",
    folder: dirname(file),
    weightFiles: [file],
    origin: `gguf file ${basename(file)}`,
  };
}

/** Shards in the order in which the index first names them; as transformers does, model.safetensors goes before an index. */
async function safetensorsIn(folder: string, names: string[]): Promise<string[]> {
  if (names.includes("model.safetensors")) return [join(folder, "model.safetensors")];
  const index = join(folder, "model.safetensors.index.json");
  if (names.includes(basename(index))) {
    const shards = shardNames(await readFile(index, "utf8"), index);
    const present = await Promise.all(shards.map((shard) => exists(join(folder, shard))));
    const missing = shards.filter((_, i) => !present[i]);
    if (missing.length > 0) {
      throw new SqltuneError(
        `${index} names ${shards.length} weight files, of which ${missing.length} are missing: ${missing.join(", ")}. ` +
          "Download them, or the whole model, again.",
        { code: "ERR_SQLTUNE_MODEL_FILES" },
      );
    }
    return shards.map((shard) => join(folder, shard));
  }
  const others = names.filter((name) => isModelSafetensors(name));
  return others.length === 1 ? [join(folder, others[0]!)] : [];
}

/** Not an adapter, nor Mistral's own copy of weights that the index holds too. */
export function isModelSafetensors(name: string): boolean {
  return name.endsWith(".safetensors") && !/^(adapter_|consolidated)/.test(name);
}

/** Weight files that a model.safetensors.index.json names, each once, in its order. */
export function shardNames(json: string, where: string): string[] {
  let map: unknown;
  try {
    map = (JSON.parse(json) as { weight_map?: unknown }).weight_map;
  } catch {
    map = undefined;
  }
  const shards = typeof map === "object" && map !== null ? [...new Set(Object.values(map))] : [];
  if (shards.length === 0 || !shards.every((shard) => typeof shard === "string" && basename(shard) === shard)) {
    throw new SqltuneError(
      `${where} is no index of safetensors: expected {"weight_map": {"tensor name": "file.safetensors", …}}. ` +
        "Download it again.",
      { code: "ERR_SQLTUNE_MODEL_FILES" },
    );
  }
  return shards as string[];
}

/** A clone made without Git LFS holds 130-byte pointers in place of the weights. */
async function rejectPointer(file: string): Promise<void> {
  const { size } = await stat(file);
  if (size > 1024 || !(await readFile(file, "latin1")).startsWith("version https://git-lfs")) return;
  throw new SqltuneError(
    `${file} is a Git LFS pointer of ${size} bytes, not the weights. Run \`git lfs pull\` in its folder.`,
    { code: "ERR_SQLTUNE_MODEL_FILES" },
  );
}

/** ".../models--ORG--NAME/snapshots/COMMIT" is a snapshot in the Hub's cache. */
function snapshotIdentity(folder: string): { hubId: string | null; revision: string | null } {
  const found = /models--([^/\\]+)[/\\]snapshots[/\\]([0-9a-f]{40})$/.exec(folder);
  return { hubId: found?.[1]?.replaceAll("--", "/") ?? null, revision: found?.[2] ?? null };
}

function notAModel(folder: string, names: string[], hasWeights: boolean, ggufs: string[]): string {
  const expected = "Expected config.json with *.safetensors, or one .gguf file.";
  if (ggufs.length > 1) return `${folder} has ${ggufs.length} GGUF files (${ggufs.join(", ")}): name the one to use.`;
  if (hasWeights) return `${folder} has weights but no config.json. ${expected}`;
  if (names.includes("adapter_config.json")) {
    return `${folder} is an adapter, not a model: give it as --adapter, and its base as model.name. ${expected}`;
  }
  const pickles = names.filter((name) => /\.(bin|pt|pth)$/.test(name));
  if (pickles.length > 0) {
    return (
      `${folder} has its weights as PyTorch pickles (${pickles.join(", ")}), which run code when they are read; sqltune reads ` +
      "only safetensors and GGUF. Take a safetensors version of the model, or convert it: " +
      "in Python, AutoModelForCausalLM.from_pretrained(FOLDER).save_pretrained(NEW_FOLDER, safe_serialization=True)."
    );
  }
  const listing = names.slice(0, 8).join(", ") + (names.length > 8 ? ", …" : "");
  return `${folder} holds no model: found ${listing || "nothing"}. ${expected}`;
}
