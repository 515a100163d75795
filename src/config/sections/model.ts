import { z } from "zod";
import { key } from "./key.js";

const dtype = z.enum(["auto", "float32", "bfloat16", "float16"]);

export const modelSection = z.strictObject({
  name: key(
    z.string().min(1),
    "smollm2-135m",
    "Base model: a hub id, the alias smollm2-135m, a HuggingFace folder or a .gguf file.",
  ),
  hub_id: key(
    z.string().min(1).nullable(),
    null,
    "Hub id written into the adapter when `name` is a folder or file that does not know its own.",
  ),
  revision: key(z.string().min(1).nullable(), null, "Branch, tag or commit on the Hub; null takes main."),
  max_seq_length: key(
    z.int().min(8),
    1024,
    "Longest row in tokens (prompt and answer). A longer row is dropped and named, never cut.",
  ),
  device: key(z.enum(["auto", "cpu", "cuda", "mps"]), "auto", "Where to compute; auto takes cuda, then mps, then cpu."),
  torch_dtype: key(
    dtype,
    "auto",
    "Precision the frozen weights are held in; auto is bfloat16 where its products are fast, else float32.",
  ),
  compute_dtype: key(
    dtype,
    "auto",
    "Precision of the matrix products; auto is that of the weights, but a CPU never computes float16, nor bfloat16 where that is slow. training.bf16 and training.fp16 set it too.",
  ),
  trust_remote_code: key(
    z.boolean(),
    false,
    "Accepted for the seed's files; without effect: no code of a model repository is run.",
  ),
});

/** bitsandbytes' keys. Until 4-bit weights exist `load_in_4bit: true` is refused, and the other keys have no effect. */
export const quantizationSection = z.strictObject({
  load_in_4bit: key(z.boolean(), false, "Hold the frozen weights in 4 bits. Not there yet: true is an error."),
  bnb_4bit_compute_dtype: key(
    z.enum(["float32", "bfloat16", "float16"]),
    "bfloat16",
    "Precision of the products of 4-bit weights. Read only with load_in_4bit.",
  ),
  bnb_4bit_quant_type: key(z.enum(["nf4", "fp4"]), "nf4", "4-bit number format. Read only with load_in_4bit."),
  bnb_4bit_use_double_quant: key(z.boolean(), true, "Quantise the scales as well. Read only with load_in_4bit."),
});

export const loraSection = z.strictObject({
  r: key(z.int().min(1), 16, "Rank of the adapter's matrices."),
  lora_alpha: key(z.number().gt(0), 32, "The adapter's output is scaled by lora_alpha / r."),
  lora_dropout: key(z.number().min(0).lt(1), 0.05, "Dropout on the adapter's input while training."),
  use_rslora: key(z.boolean(), false, "Scale by lora_alpha / sqrt(r) instead (rsLoRA)."),
  bias: key(z.enum(["none"]), "none", "Which biases train.", "only the adapter's matrices are trained"),
  task_type: key(z.enum(["CAUSAL_LM"]), "CAUSAL_LM", "PEFT's task type.", "sqltune trains causal language models"),
  target_modules: key(
    z.union([z.literal("all-linear"), z.array(z.string().min(1)).min(1)]),
    "all-linear",
    "Names of the linears that get an adapter, as [q_proj, v_proj], or all-linear: every linear but the head.",
  ),
});
