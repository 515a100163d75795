import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { ADAPTER_CONFIG, type AdapterFolder, readAdapterFolder } from "../adapter/index.js";
import { SqltuneError } from "../errors.js";
import { resolveAdapter, resolveModel, sqltuneCacheFolder } from "../hub/index.js";
import type { DownloadProgress, ModelSource } from "../hub/types.js";
import { loadAddon } from "../native/load.js";
import type { Addon, DecoderConfig, DeviceName, DType } from "../native/types.js";
import { loadTokenizer } from "../tokenizer/load-tokenizer.js";
import { decoderConfigFromGguf, decoderConfigFromHf } from "./decoder-config.js";
import { Model } from "./model.js";
import { choosePlacement } from "./placement.js";

export interface LoadModelOptions {
  /** Default "auto": cuda, else mps, else cpu. */
  device?: DeviceName | "auto";
  /** Precision the frozen weights are held in; default "auto": bfloat16 where its products are fast, else float32. */
  dtype?: DType | "auto";
  /** Precision of the matrix products; default "auto": that of the weights, but never float16 on a CPU. */
  computeDtype?: DType | "auto";
  /** Adapter to put on the base: a folder of sqltune's or PEFT's, or a hub id. */
  adapter?: string;
  /** Branch, tag or commit of the base on the Hub; default main. */
  revision?: string;
  /** CPU threads; default: the physical cores that this process may use. Counts for all models of the process. */
  threads?: number;
  /** Bytes of a download as they come in. */
  onProgress?: (progress: DownloadProgress) => void;
  signal?: AbortSignal;
}

/**
 * Loads a model: a hub id, the alias "smollm2-135m", a HuggingFace folder, a .gguf file, or an adapter folder, which
 * brings its base along. Throws SqltuneError with what was found and what to do for missing, damaged or unsupported files.
 */
export async function loadModel(idOrFolder: string, options: LoadModelOptions = {}): Promise<Model> {
  const { signal, onProgress } = options;
  signal?.throwIfAborted();
  // The adapter is read first: what is wrong with it shows before gigabytes are loaded.
  const itself = (await isAdapterFolder(idOrFolder)) ? idOrFolder : null;
  if (itself && options.adapter) {
    throw new SqltuneError(
      `${itself} is an adapter and cannot carry the adapter ${options.adapter}. Name a base model first.`,
    );
  }
  const adapterName = options.adapter ?? itself;
  const adapter = adapterName
    ? await readAdapterFolder(await resolveAdapter(adapterName, { onProgress, signal }))
    : null;
  const baseName = itself ? baseOf(adapter!) : idOrFolder;

  const source = await resolveModel(baseName, { revision: options.revision, onProgress, signal });
  const addon = loadAddon();
  const decoderConfig = await readDecoderConfig(source, addon);
  const placement = choosePlacement(options, addon.info());
  if (options.threads !== undefined) addon.setThreads(options.threads);
  const tokenizer = await loadTokenizer(source);
  signal?.throwIfAborted();
  const native = await addon.loadModel({
    config: decoderConfig,
    files: source.weightFiles,
    device: placement.device,
    dtype: placement.dtype,
    computeDtype: placement.computeDtype,
  });
  const model = new Model({
    ...{ addon, native, source, decoderConfig, tokenizer, warnings: placement.warnings },
    ...{ device: placement.device, dtype: placement.dtype, computeDtype: placement.computeDtype },
    cacheFolder: sqltuneCacheFolder(),
  });
  try {
    if (adapter) await model.attachAdapter(adapter, { name: adapterName!, signal });
    signal?.throwIfAborted();
    return model;
  } catch (error) {
    model.dispose();
    throw error;
  }
}

/** The decoder's numbers from config.json or the GGUF's metadata. Throws SqltuneError for an unknown architecture. */
export async function readDecoderConfig(source: ModelSource, addon: Addon): Promise<DecoderConfig> {
  if (source.format === "gguf") {
    const { metadata, tensors } = addon.readGguf(source.weightFiles[0]!);
    return decoderConfigFromGguf(metadata, tensors);
  }
  const path = join(source.folder, "config.json");
  const text = await readFile(path, "utf8").catch((cause: NodeJS.ErrnoException) => {
    const found = cause.code === "ENOENT" ? "there is no such file" : cause.message;
    throw new SqltuneError(
      `${path} cannot be read: ${found}. A HuggingFace model folder has config.json, tokenizer.json and ` +
        "model.safetensors; copy or download it again.",
      { cause },
    );
  });
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    throw new SqltuneError(`${path} is not JSON: ${(cause as Error).message}. Copy or download it again.`, { cause });
  }
  return decoderConfigFromHf(json);
}

async function isAdapterFolder(path: string): Promise<boolean> {
  const has = (name: string) =>
    stat(join(path, name)).then(
      (found) => found.isFile(),
      () => false,
    );
  return (await has(ADAPTER_CONFIG)) && !(await has("config.json"));
}

function baseOf(adapter: AdapterFolder): string {
  const base = adapter.sqltune?.base.hub_id ?? adapter.config.baseModel;
  if (base) return base;
  throw new SqltuneError(
    `The adapter ${adapter.folder} does not say which model it belongs to: its base has no hub id (origin: ` +
      `${adapter.sqltune?.base.origin ?? "unknown"}). Load the base and name the adapter beside it: ` +
      `loadModel(base, { adapter: "${adapter.folder}" }).`,
  );
}
