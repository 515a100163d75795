export { type AdapterConfig, adapterConfigToJson, parseAdapterConfig } from "./adapter-config.js";
export {
  ADAPTER_CONFIG,
  ADAPTER_WEIGHTS,
  type AdapterFolder,
  readAdapterFolder,
  SQLTUNE_FILE,
  type WriteAdapterOptions,
  writeAdapterFolder,
} from "./adapter-folder.js";
export { type BaseIdentity, checkAdapterBase } from "./base-check.js";
export { type AdapterModule, shortTargetModules } from "./lora-modules.js";
export type { ModelCardDetails } from "./model-card.js";
export type { Calibration, SavedPrompt, SqltuneFile } from "./sqltune-file.js";
export { sqltuneVersion } from "./version.js";
export { hashWeightFiles } from "./weights-hash.js";
