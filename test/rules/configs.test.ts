import { expect, it } from "vitest";
import { topSections } from "../../src/config/expectation.js";
import { loadConfig } from "../../src/config/index.js";
import { filesBelow, read } from "./source-files.js";

const configs = filesBelow("configs", [".yaml"]);
/** Refused until 4-bit weights are there; runs with this set. */
const fourBit = { "configs/config.yaml": "quantization.load_in_4bit=false" } as Record<string, string>;

it("the package brings its configs", () => {
  expect(configs).toEqual(
    ["config", "config_spider", "quickstart", "spider", "wikisql"].map((name) => `configs/${name}.yaml`),
  );
});

it.each(configs)("%s loads", async (file) => {
  const set = fourBit[file];
  const config = await loadConfig(file, { set: set ? [set] : [] });
  expect(Object.keys(config)).toEqual(topSections());
  if (set) await expect(loadConfig(file)).rejects.toThrow(/^\S+: line \d+: quantization\.load_in_4bit is true/);
});

it.each(configs)("%s explains every key", (file) => {
  const bare = read(file)
    .split("\n")
    .filter((line) => /^ +\w+:/.test(line) && !/ # \S/.test(line));
  expect(bare).toEqual([]);
});

it("the seed project's files keep its values", async () => {
  const spider = await loadConfig("configs/config_spider.yaml");
  expect(spider).toMatchObject({
    model: { name: "TinyLlama/TinyLlama-1.1B-Chat-v1.0", max_seq_length: 256, torch_dtype: "float16" },
    quantization: { load_in_4bit: false },
    lora: { r: 8, lora_alpha: 16, lora_dropout: 0.05, target_modules: ["q_proj", "v_proj"] },
    data: { dataset_name: "spider-csv", prompt: "inst", split: "random", val_split_ratio: 0.1 },
    training: {
      num_epochs: 3,
      per_device_train_batch_size: 1,
      gradient_accumulation_steps: 16,
      learning_rate: 2e-4,
      weight_decay: 0.01,
      lr_scheduler_type: "cosine",
      warmup_ratio: 0.05,
      max_grad_norm: 1,
      logging_steps: 25,
      eval_steps: 200,
      save_steps: 200,
      save_total_limit: 2,
      metric_for_best_model: "eval_loss",
      early_stopping_patience: 3,
      early_stopping_threshold: 0.01,
      report_to: "none",
    },
    inference: { max_new_tokens: 256, temperature: 0.1, top_p: 0.95, repetition_penalty: 1.15 },
  });
  const mistral = await loadConfig("configs/config.yaml", { set: ["quantization.load_in_4bit=false"] });
  expect(mistral).toMatchObject({
    model: { name: "mistralai/Mistral-7B-v0.1", max_seq_length: 1024 },
    quantization: { bnb_4bit_quant_type: "nf4", bnb_4bit_use_double_quant: true },
    lora: {
      r: 16,
      lora_alpha: 32,
      target_modules: ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"],
    },
    data: { dataset_name: "wikisql" },
    training: {
      bf16: true,
      per_device_train_batch_size: 4,
      gradient_accumulation_steps: 4,
      eval_steps: 250,
      save_steps: 250,
      save_total_limit: 3,
    },
  });
});
