import type { Config } from "../config/index.js";
import type { EngineOptions } from "./engine-types.js";
import type { SamplingOptions } from "./sampling.js";

type InferenceSection = Config["inference"];
type SamplingKey = "max_new_tokens" | "do_sample" | "temperature" | "top_p" | "repetition_penalty";

/** How the `inference` section of a config file says that tokens are chosen. */
export function samplingFromConfig(section: Pick<InferenceSection, SamplingKey>): SamplingOptions {
  return {
    maxNewTokens: section.max_new_tokens,
    doSample: section.do_sample,
    temperature: section.temperature,
    topP: section.top_p,
    repetitionPenalty: section.repetition_penalty,
  };
}

/** All that the `inference` section says of an engine: sampling, batches, and how answers are chosen and checked. */
export function engineFromConfig(section: InferenceSection): Omit<EngineOptions, "model"> {
  const { select, candidates, sample_temperature: temperature, prefix_cache_mb: cache } = section;
  return {
    ...samplingFromConfig(section),
    batchSize: section.batch_size,
    constrain: section.constrain,
    select: select === null ? null : { by: select, n: candidates, temperature },
    repair: section.repair,
    abstainBelow: section.abstain_below,
    promptLimit: section.prompt_limit,
    ...(cache === null ? {} : { prefixCacheBytes: cache * 2 ** 20 }),
  };
}
