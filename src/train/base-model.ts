import type { Config } from "../config/index.js";
import { resolveModel } from "../hub/index.js";
import type { DownloadProgress, ModelSource } from "../hub/types.js";
import { choosePlacement, readDecoderConfig } from "../model/index.js";
import { loadAddon } from "../native/load.js";
import type { DecoderConfig, DeviceName, DType } from "../native/types.js";
import { loadTokenizer } from "../tokenizer/load-tokenizer.js";
import type { Tokenizer } from "../tokenizer/types.js";
import { loadOptions } from "./load-options.js";

/** What is known of a base model without its weights; a loaded Model is one. */
export interface BaseModel {
  source: ModelSource;
  decoderConfig: DecoderConfig;
  tokenizer: Tokenizer;
  device: DeviceName;
  dtype: DType;
  computeDtype: DType;
}

/** Finds (or downloads) the config's model and reads all of it but the weights. */
export async function openBase(
  config: Config,
  options: { signal?: AbortSignal; onProgress?: (progress: DownloadProgress) => void } = {},
): Promise<BaseModel & { warnings: string[] }> {
  const { revision, ...placement } = loadOptions(config);
  const source = await resolveModel(config.model.name, { revision, ...options });
  const addon = loadAddon();
  return {
    source,
    decoderConfig: await readDecoderConfig(source, addon),
    tokenizer: await loadTokenizer(source),
    ...choosePlacement(placement, addon.info()),
  };
}
