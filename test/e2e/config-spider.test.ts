import { copyFileSync, existsSync, readdirSync, readFileSync, rmSync, statfsSync, symlinkSync } from "node:fs";
import { freemem, tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { writeTinyModel } from "../native/tiny-model.js";
import { sharedPath } from "../unit/data-shared.js";
import { type Ended, jsonLines, root, scratchFolder, sqltune } from "./compiled-cli.js";

const GB = 1e9;
const tokenizer = sharedPath("tokenizers/llama2");
const csv = sharedPath("data/spider/spider_text_sql.csv");
const room = enough("memory", freemem(), 8 * GB) && enough("disk space", freeDisk(), 6 * GB);

function freeDisk(): number {
  const { bavail, bsize } = statfsSync(tmpdir());
  return bavail * bsize;
}

function enough(what: string, free: number, needed: number): boolean {
  if (free >= needed) return true;
  const [has, needs] = [free, needed].map((bytes) => `${(bytes / GB).toFixed(1)} GB`);
  process.stderr.write(`SKIPPED: config_spider.yaml end to end needs ${needs} of free ${what}; there are ${has}.\n`);
  return false;
}

const folder = scratchFolder("tinyllama");
afterAll(() => rmSync(folder, { recursive: true }));
const model = join(folder, "TinyLlama");
const inFolder = { cwd: folder };
const readJson = (...path: string[]) => JSON.parse(readFileSync(join(folder, ...path), "utf8"));

/** TinyLlama-1.1B's shape with random weights in float16, as the config asks for, and its vocabulary: 2.2 GB. */
function writeTinyLlama(): void {
  writeTinyModel(model, {
    dtype: "float16",
    config: {
      vocabSize: 32000,
      hiddenSize: 2048,
      intermediateSize: 5632,
      numLayers: 22,
      numHeads: 32,
      numKvHeads: 4,
      headDim: 64,
      maxPositionEmbeddings: 2048,
    },
  });
  for (const file of readdirSync(tokenizer!)) copyFileSync(join(tokenizer!, file), join(model, file));
}

describe.skipIf(!(tokenizer && csv && room))("configs/config_spider.yaml on a model of TinyLlama's shape", () => {
  const fromConfig = ["--config", "configs/config_spider.yaml", "--set", "model.name=TinyLlama"];
  let ended: Ended;
  beforeAll(async () => {
    writeTinyLlama();
    symlinkSync(join(root, "configs"), join(folder, "configs"));
    const named = ["--set", "model.hub_id=TinyLlama/TinyLlama-1.1B-Chat-v1.0"];
    const short = ["--csv", csv!, "--max-train-samples", "40", "--set", "training.max_steps=2"];
    ended = await sqltune(["train", ...fromConfig, ...named, ...short, "--json"], inFolder);
    expect(ended.code, ended.stderr).toBe(0);
  });

  it("trains 1,126,400 of 1,101,174,784 parameters, and proves the adapter", () => {
    const report = jsonLines(ended.stdout).at(-1);
    expect(report).toMatchObject({
      event: "report",
      reason: "done",
      step: 2,
      // 40 rows: a tenth is held out, half of it for validation.
      rows: { train: 36, validation: 2, test: 2 },
      trainable_parameters: 1_126_400,
      parameters: 1_101_174_784,
      dropped: [],
      proof: { passed: true },
    });
    expect(readJson("outputs/spider-csv/report.json")).toEqual({ ...report, event: undefined });
    expect(report.proof.rows).toHaveLength(2);
    expect(report.last_eval.eval_loss).toBeGreaterThan(1); // Random weights know nothing: about ln 32000.
  });

  it("leaves the files of a run, with the config's own values", () => {
    const run = join(folder, "outputs/spider-csv");
    const files = ["run.json", "metrics.jsonl", "status.json", "report.json", "best", "last", "logs", "final_model"];
    expect(files.filter((file) => !existsSync(join(run, file)))).toEqual([]);
    expect(readdirSync(join(run, "checkpoints"))).toEqual(["checkpoint-2"]);
    expect(readJson("outputs/spider-csv/status.json")).toMatchObject({ state: "done", step: 2, steps: 2 });
    expect(readJson("outputs/spider-csv/run.json").config).toMatchObject({
      project: { seed: 42 },
      model: { name: "TinyLlama", torch_dtype: "float16", max_seq_length: 256 },
      lora: { r: 8, lora_alpha: 16, lora_dropout: 0.05, target_modules: ["q_proj", "v_proj"] },
      data: { dataset_name: "spider-csv", prompt: "inst", split: "random", max_train_samples: 40 },
      training: { per_device_train_batch_size: 1, gradient_accumulation_steps: 16, learning_rate: 2e-4 },
    });
  });

  it("writes PEFT's adapter of 4.5 MB", () => {
    const bytes = readFileSync(join(folder, "outputs/spider-csv/final_model/adapter_model.safetensors"));
    expect(Math.floor(bytes.length / 1e5)).toBe(45);
    const headerLength = Number(bytes.readBigUInt64LE());
    expect(bytes.length).toBe(8 + headerLength + 1_126_400 * 4);
    const { __metadata__, ...tensors } = JSON.parse(bytes.toString("utf8", 8, 8 + headerLength));
    expect(__metadata__).toEqual({ format: "pt" });
    const rank = 8;
    const expected = Array.from(
      { length: 22 },
      (_, layer) => `base_model.model.model.layers.${layer}.self_attn`,
    ).flatMap((attention): [string, object][] => [
      [`${attention}.q_proj.lora_A.weight`, { dtype: "F32", shape: [rank, 2048] }],
      [`${attention}.q_proj.lora_B.weight`, { dtype: "F32", shape: [2048, rank] }],
      [`${attention}.v_proj.lora_A.weight`, { dtype: "F32", shape: [rank, 2048] }],
      [`${attention}.v_proj.lora_B.weight`, { dtype: "F32", shape: [256, rank] }],
    ]);
    expect(Object.keys(tensors).sort()).toEqual(expected.map(([name]) => name).sort());
    expect(tensors).toMatchObject(Object.fromEntries(expected));
    expect(readJson("outputs/spider-csv/final_model/adapter_config.json")).toMatchObject({
      ...{ peft_type: "LORA", task_type: "CAUSAL_LM", base_model_name_or_path: "TinyLlama/TinyLlama-1.1B-Chat-v1.0" },
      ...{ r: 8, lora_alpha: 16, lora_dropout: 0.05, target_modules: ["q_proj", "v_proj"], bias: "none" },
      ...{ inference_mode: true, fan_in_fan_out: false, use_rslora: false, use_dora: false, modules_to_save: null },
    });
  });

  it("answers a question with the adapter, sampling as the config says", async () => {
    const asked = ["--adapter_path", "outputs/spider-csv/final_model", "--question", "How many singers are there?"];
    const words = ["infer", ...fromConfig, "--set", "inference.max_new_tokens=4", ...asked, "--json"];
    const { code, stdout, stderr } = await sqltune(words, inFolder);
    expect(code, stderr).toBe(0);
    expect(stderr).toBe("");
    const [answer, ...more] = jsonLines(stdout);
    expect(more).toEqual([]);
    expect(answer).toMatchObject({ question: "How many singers are there?", sql: expect.any(String) });
    expect(answer.tokens).toBeGreaterThan(0);
    expect(answer.tokens).toBeLessThanOrEqual(4);
  });
});
