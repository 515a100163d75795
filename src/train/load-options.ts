import type { Config } from "../config/index.js";
import type { LoadModelOptions } from "../model/index.js";

/** How the config wants its base model loaded. training.bf16 and training.fp16 are other names of model.compute_dtype. */
export function loadOptions(
  config: Config,
): Pick<LoadModelOptions, "device" | "dtype" | "computeDtype" | "revision" | "threads"> {
  const { model, training } = config;
  const flagged = training.bf16 ? "bfloat16" : training.fp16 ? "float16" : "auto";
  return {
    device: model.device,
    dtype: model.torch_dtype,
    computeDtype: model.compute_dtype === "auto" ? flagged : model.compute_dtype,
    revision: model.revision ?? undefined,
    threads: training.threads ?? undefined,
  };
}
