import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { loadConfig } from "../../src/config/index.js";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "sqltune-config-"));
});
afterAll(() => rm(folder, { recursive: true }));

const file = () => join(folder, "my.yaml");

async function load(text: string, set: string[] = []) {
  await writeFile(file(), text);
  return loadConfig(file(), { set });
}

/** The error's message, the file's own path written as FILE. */
async function errorOf(text: string, set: string[] = []): Promise<string> {
  const error = await load(text, set).then(
    () => null,
    (e: unknown) => e,
  );
  expect(error).toMatchObject({ name: "SqltuneError", details: { exitCode: 2 } });
  return (error as Error).message.replaceAll(file(), "FILE");
}

describe("a config that is right", () => {
  it("takes the documented default for every key it leaves out", async () => {
    const config = await load("project: { name: mine }");
    expect(config.project).toEqual({ name: "mine", seed: 42, output_dir: "outputs/sqltune" });
    expect(config.lora).toEqual({
      r: 16,
      lora_alpha: 32,
      lora_dropout: 0.05,
      use_rslora: false,
      bias: "none",
      task_type: "CAUSAL_LM",
      target_modules: "all-linear",
    });
    expect(config.training).toMatchObject({
      num_epochs: 3,
      per_device_train_batch_size: 4,
      gradient_accumulation_steps: 4,
      learning_rate: 2e-4,
      lr_scheduler_type: "cosine",
      warmup_ratio: 0.03,
      weight_decay: 0.01,
      max_grad_norm: 1,
      logging_steps: 25,
      eval_steps: 250,
      save_steps: 250,
      save_total_limit: 3,
    });
    expect(config.inference).toEqual({
      max_new_tokens: 256,
      do_sample: true,
      temperature: 0.1,
      top_p: 0.95,
      repetition_penalty: 1.15,
      batch_size: 64,
      prompt_limit: null,
      constrain: "off",
      select: null,
      candidates: 5,
      sample_temperature: 0.7,
      ...{ repair: 0, abstain_below: null, prefix_cache_mb: null },
    });
  });

  it.each(["2e-4", "2.0e-4", "0.0002", "2E-4", "+2e-4"])("reads the number %s", async (number) => {
    expect((await load(`training:\n  learning_rate: ${number}\n`)).training.learning_rate).toBe(2e-4);
  });

  it("takes a section whose keys are all commented out, comments, anchors and JSON", async () => {
    const config = await load("lora:\n#  r: 4\ntraining: &t\n  num_epochs: 1 # once\n");
    expect(config.lora.r).toBe(16);
    expect(config.training.num_epochs).toBe(1);
    expect((await load('{"lora": {"r": 4, "target_modules": ["q_proj"]}}')).lora).toMatchObject({
      r: 4,
      target_modules: ["q_proj"],
    });
  });

  it("lets --set go before the file, the last one winning", async () => {
    const config = await load("training:\n  num_epochs: 3\n  learning_rate: 1e-3\n", [
      "training.num_epochs=1",
      "training.num_epochs=0.5",
      "lora.target_modules=[q_proj, v_proj]",
      "data.system_prompt=Answer: in SQL",
      "training.max_steps=null",
    ]);
    expect(config.training).toMatchObject({ num_epochs: 0.5, learning_rate: 1e-3, max_steps: null });
    expect(config.lora.target_modules).toEqual(["q_proj", "v_proj"]);
    expect(config.data.system_prompt).toBe("Answer: in SQL");
  });
});

describe("errors of a config, word for word", () => {
  it("tells all of them at once, in the file's order, flags last", async () => {
    const text = [
      "training:",
      '  learning_rate: "2e-4"',
      "  learning_rte: 1",
      "  bf16: yes",
      "  epochs: 3",
      "  lr_scheduler_type: cosin",
      "  report_to: comet",
      "  max_steps: None",
      "  num_epochs: 2",
      "  num_epochs: 3",
      "lora:",
      "  r: 8.5",
      "  target_modules: q_proj",
      "  learning_rate: 3",
      "  lora_dropout: 1",
      "modle: {}",
      "seed: 3",
      "project: [1]",
    ].join("\n");
    expect(await errorOf(text, ["training.warmup_ratio=2"])).toBe(
      [
        "FILE has 16 errors:",
        '  line 2: training.learning_rate is "2e-4", expected a number above 0. Remove the quotes.',
        "  line 3: training.learning_rte is no known key. The nearest is learning_rate: rename it.",
        '  line 4: training.bf16 is "yes", expected true or false. Write true.',
        "  line 5: training.epochs is no known key. training.num_epochs is what it is called.",
        '  line 6: training.lr_scheduler_type is "cosin", expected one of "cosine", "linear", "constant", "constant_with_warmup". Write cosine.',
        '  line 7: training.report_to is "comet", expected one of "none", "tensorboard", "wandb", "mlflow", or a list of "tensorboard", "wandb" or "mlflow". Correct it, or delete it to take the default, "none".',
        '  line 8: training.max_steps is "None", expected a whole number of at least 1, or null. Write null.',
        "  line 10: training.num_epochs is already there on line 9. Keep one of the two.",
        "  line 12: lora.r is 8.5, expected a whole number of at least 1. Correct it, or delete it to take the default, 16.",
        '  line 13: lora.target_modules is "q_proj", expected "all-linear", or a list of names. Write [q_proj].',
        "  line 14: lora.learning_rate is no key of lora, but of training. Move it there.",
        "  line 15: lora.lora_dropout is 1, expected a number of at least 0 and below 1. Correct it, or delete it to take the default, 0.05.",
        "  line 16: modle is no section. The nearest is model: rename it.",
        "  line 17: seed stands outside a section, and is a key of project. Write it under project:.",
        "  line 18: project is the list [1], expected a section of keys. Write its keys below it, indented, such as name.",
        "  --set training.warmup_ratio=2: training.warmup_ratio is 2, expected a number of at least 0 and at most 1. Correct it, or delete it to take the default, 0.03.",
      ].join("\n"),
    );
  });

  it("refuses what keys do not agree on, and leaves out what hangs on a key that is wrong itself", async () => {
    expect(await errorOf("quantization:\n  load_in_4bit: true\n")).toBe(
      "FILE: line 2: quantization.load_in_4bit is true, but 4-bit weights are not there yet. Set quantization.load_in_4bit: false; the weights are then held in model.torch_dtype.",
    );
    expect(await errorOf("training:\n  bf16: true\n  fp16: true\n")).toBe(
      "FILE: line 3: training.bf16 and training.fp16 are both true, expected one at most. Set training.fp16: false.",
    );
    expect(await errorOf("training:\n  eval_steps: 100\n")).toBe(
      "FILE: line 2: training.save_steps is 250, which is no multiple of training.eval_steps, 100: the best evaluation might have no checkpoint. Set training.save_steps: 300, or set training.load_best_model_at_end: false.",
    );
    expect(
      await errorOf("training:\n  eval_steps: null\n  load_best_model_at_end: false\n  early_stopping_patience: 3\n"),
    ).toBe(
      "FILE: line 4: training.early_stopping_patience counts evaluations, but training.eval_steps is null. Set training.eval_steps, or training.early_stopping_patience: null.",
    );
    expect(await errorOf("model:\n  compute_dtype: float32\ntraining:\n  bf16: true\n")).toBe(
      'FILE: line 2: model.compute_dtype is "float32", but training.bf16 asks for bfloat16. Delete one of the two.',
    );
    expect(await errorOf("data:\n  csv: a.csv\n")).toBe(
      'FILE: line 2: data.csv is set, but data.dataset_name is "wikisql", which reads no CSV. Set data.dataset_name: spider-csv, or delete data.csv.',
    );
    expect(await errorOf("training:\n  eval_steps: 0\n  save_steps: 7\n")).toBe(
      "FILE: line 2: training.eval_steps is 0, expected a whole number of at least 1, or null. Correct it, or delete it to take the default, 250.",
    );
    const fine = await load("training:\n  eval_steps: 100\n  load_best_model_at_end: false\n");
    expect(fine.training.save_steps).toBe(250);
  });

  it("names the flag where a flag made two keys disagree", async () => {
    expect(await errorOf("training:\n  save_steps: 200\n", ["training.eval_steps=150", "training.bf16=maybe"])).toBe(
      [
        "FILE has 2 errors:",
        "  line 2: training.save_steps is 200, which is no multiple of training.eval_steps, 150: the best evaluation might have no checkpoint. Set training.save_steps: 300, or set training.load_best_model_at_end: false.",
        '  --set training.bf16=maybe: training.bf16 is "maybe", expected true or false. Correct it, or delete it to take the default, false.',
      ].join("\n"),
    );
  });

  it("helps with a --set that names nothing", async () => {
    expect(
      await errorOf("lora: {}", ["lr=3", "trainin.num_epochs=3", "foo", "lora=1", "learning_rate=2", "lora.r.x=1"]),
    ).toBe(
      [
        "FILE has 6 errors:",
        "  --set lr=3: lr is no section. training.learning_rate is what it is called.",
        "  --set trainin.num_epochs=3: trainin is no section. Write --set training.num_epochs=3.",
        "  --set foo: expected section.key=value, such as --set training.num_epochs=1.",
        "  --set lora=1: lora is a section. Name a key of it, such as --set lora.r=...",
        "  --set learning_rate=2: learning_rate stands outside a section, and is a key of training. Write --set training.learning_rate=2.",
        "  --set lora.r.x=1: lora.r.x is no known key. The keys of lora are r, lora_alpha, lora_dropout, use_rslora, bias, task_type, target_modules.",
      ].join("\n"),
    );
  });

  it("says where YAML itself is broken", async () => {
    expect(await errorOf("training:\n\tnum_epochs: 3\n")).toBe(
      "FILE: line 2: a tab is used to indent. YAML wants spaces: replace the tab.",
    );
    expect(await errorOf("lora:\n  target_modules: [q_proj\ntraining: {}\n")).toMatch(
      /^FILE( has \d errors:\n {2}|: )line 3: not YAML: flow sequence in block collection must be sufficiently indented/,
    );
    expect(await errorOf("a: 1\n---\nb: 2\n")).toBe(
      "FILE: line 2: a second document starts here (---). Keep one config a file.",
    );
    expect(await errorOf("project:\n  name: *mine\n")).toMatch(/^FILE: .*unresolved alias/i);
  });

  it("refuses an empty file, a list and a bare word", async () => {
    const empty = "FILE: the file is empty. Start from one of sqltune's own, such as configs/spider.yaml.";
    expect(await errorOf("")).toBe(empty);
    expect(await errorOf("# only a comment\n")).toBe(empty);
    const flat =
      "FILE: no sections at the top level, expected some of project, model, quantization, lora, data, training, evaluation, inference.";
    expect(await errorOf("- a\n- b\n")).toBe(flat);
    expect(await errorOf("hello")).toBe(flat);
  });

  it("is not blown up by aliases of aliases", async () => {
    const bomb = ["a: &a [x,x,x,x,x,x,x,x,x]"];
    for (let i = 1; i < 9; i++) {
      const [now, before] = [String.fromCharCode(97 + i), String.fromCharCode(96 + i)];
      bomb.push(`${now}: &${now} [${Array(9).fill(`*${before}`).join(",")}]`);
    }
    expect(await errorOf(bomb.join("\n"))).toBe(
      "FILE: not YAML that can be read: excessive alias count indicates a resource exhaustion attack.",
    );
  });
});

describe("a config that cannot be read", () => {
  it("names the files nearby", async () => {
    await writeFile(join(folder, "spider.yaml"), "lora: {}");
    await writeFile(join(folder, "my.yaml"), "lora: {}");
    await expect(loadConfig(join(folder, "spidr.yaml"))).rejects.toThrow(
      `${join(folder, "spidr.yaml")}: no such file. Did you mean ${join(folder, "spider.yaml")}?`,
    );
    await expect(loadConfig(join(folder, "zzz.yaml"))).rejects.toThrow(
      `${join(folder, "zzz.yaml")}: no such file. Nearby are ${join(folder, "my.yaml")}, ${join(folder, "spider.yaml")}, configs/config.yaml`,
    );
    await expect(loadConfig(folder)).rejects.toThrow(
      `${folder} is a folder, expected a YAML file. It holds ${join(folder, "my.yaml")}, ${join(folder, "spider.yaml")}.`,
    );
  });
});
