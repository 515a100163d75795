/** Writes the adapter that both sides start from, and says what the model looks like: JOB.json RESULT.json. */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ADAPTER_CONFIG, ADAPTER_WEIGHTS, adapterConfigToJson } from "../src/adapter/index.js";
import { resolveConfig } from "../src/config/index.js";
import { loadModel } from "../src/model/index.js";
import type { DecoderConfig, LoraModule, NativeInfo } from "../src/native/types.js";
import { chooseLoraSites } from "../src/train/lora-sites.js";

export interface AdapterJob {
  model: string;
  folder: string;
  r: number;
  alpha: number;
  dropout: number;
  targetModules: string[];
  seed: number;
}

export interface AdapterResult {
  /** Folder of the model's files. */
  model: string;
  decoder: DecoderConfig;
  parameterCount: number;
  modules: LoraModule[];
  trainableParameters: number;
  info: NativeInfo;
}

async function main([jobFile, resultFile]: string[]): Promise<void> {
  const job = JSON.parse(readFileSync(jobFile!, "utf8")) as AdapterJob;
  const { lora } = resolveConfig({
    lora: { r: job.r, lora_alpha: job.alpha, lora_dropout: job.dropout, target_modules: job.targetModules },
  });
  const model = await loadModel(job.model, { device: "cpu" });
  const sites = chooseLoraSites(lora, job.seed, model.decoderConfig);
  await model.native.addLora(sites.spec);
  mkdirSync(job.folder, { recursive: true });
  await model.native.saveLora(join(job.folder, ADAPTER_WEIGHTS));
  const config = adapterConfigToJson({ ...sites.adapter, baseModel: null, revision: null });
  writeFileSync(join(job.folder, ADAPTER_CONFIG), JSON.stringify(config));
  const result: AdapterResult = {
    model: model.source.folder,
    decoder: model.decoderConfig,
    parameterCount: model.parameterCount,
    modules: sites.spec.modules,
    trainableParameters: sites.trainableParameters,
    info: model.addon.info(),
  };
  writeFileSync(resultFile!, JSON.stringify(result));
  model.dispose();
}

await main(process.argv.slice(2));
