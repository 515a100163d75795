import type { Config } from "../config/index.js";
import type { Model } from "../model/index.js";
import type { DecoderConfig } from "../native/types.js";
import { checkpointingOf } from "./begin-training.js";
import type { LoraSites } from "./lora-sites.js";
import { estimateMemory, type MemoryEstimate } from "./memory-estimate.js";
import type { RunData } from "./run-data.js";
import { countPacking, countTokens, type PackingStatistics, type TokenStatistics } from "./token-statistics.js";

/** What a run is made of, as run.json keeps it for whoever reports on the run later. */
export interface RunFacts {
  model: {
    name: string;
    architecture: DecoderConfig;
    parameters: number;
    trainable_parameters: number;
    device: string;
    dtype: string;
    compute_dtype: string;
  };
  /** Full names of the adapted linears, with their rank. */
  lora: { modules: { name: string; r: number }[]; dropout: number };
  rows: { train: number; validation: number; test: number; dropped: number };
  tokens: { train: TokenStatistics; validation: TokenStatistics };
  /** Of the first epoch. */
  packing: PackingStatistics;
  steps: { total: number; per_epoch: number; warmup: number; rows_per_step: number };
  /** Of the largest micro-batch. */
  memory_estimate: MemoryEstimate;
}

export function describeRunFacts(
  config: Config,
  model: Model,
  sites: LoraSites,
  { dataset, data, planning }: RunData,
): RunFacts {
  const packing = countPacking(data, planning);
  return {
    model: {
      name: model.source.name,
      architecture: model.decoderConfig,
      parameters: model.parameterCount + sites.trainableParameters,
      trainable_parameters: sites.trainableParameters,
      device: model.device,
      dtype: model.dtype,
      compute_dtype: model.computeDtype,
    },
    lora: { modules: sites.spec.modules.map(({ name, r }) => ({ name, r })), dropout: sites.spec.dropout },
    rows: {
      train: data.train.length,
      validation: data.validation.length,
      test: dataset.test.length,
      dropped: data.dropped.length,
    },
    tokens: { train: countTokens(data.train), validation: countTokens(data.validation) },
    packing,
    steps: {
      total: planning.steps,
      per_epoch: planning.sampler.stepsPerEpoch,
      warmup: planning.warmupSteps,
      rows_per_step: planning.rowsPerStep,
    },
    memory_estimate: estimateMemory({
      config: model.decoderConfig,
      parameterCount: model.parameterCount,
      trainableParameters: sites.trainableParameters,
      dtype: model.dtype,
      computeDtype: model.computeDtype,
      tokens: packing.largestMicroBatch,
      checkpointing: checkpointingOf(config.training),
    }),
  };
}
