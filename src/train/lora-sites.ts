import { type AdapterConfig, shortTargetModules } from "../adapter/index.js";
import type { Config } from "../config/index.js";
import { loraShapes, resolveTargetModules } from "../model/index.js";
import type { DecoderConfig, LoraSpec } from "../native/types.js";

/** Where the adapter sits: for the addon, and for adapter_config.json. */
export interface LoraSites {
  spec: LoraSpec;
  /** AdapterConfig's part that follows from the config. */
  adapter: Omit<AdapterConfig, "baseModel" | "revision">;
  trainableParameters: number;
}

/** The linears that `lora.target_modules` names, with the adapter's rank and scaling. @throws SqltuneError for unknown ones. */
export function chooseLoraSites(lora: Config["lora"], seed: number, decoder: DecoderConfig): LoraSites {
  const linears = loraShapes(decoder);
  const names = resolveTargetModules(decoder, lora.target_modules);
  const scaling = lora.lora_alpha / (lora.use_rslora ? Math.sqrt(lora.r) : lora.r);
  return {
    spec: { modules: names.map((name) => ({ name, r: lora.r, scaling })), dropout: lora.lora_dropout, seed },
    adapter: {
      r: lora.r,
      loraAlpha: lora.lora_alpha,
      loraDropout: lora.lora_dropout,
      targetModules: shortTargetModules(names, [...linears.keys()]),
      useRslora: lora.use_rslora,
      rankPattern: {},
      alphaPattern: {},
    },
    trainableParameters: names.reduce((sum, name) => {
      const [out, inner] = linears.get(name) as readonly [number, number];
      return sum + lora.r * (out + inner);
    }, 0),
  };
}
