import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { loadConfig, resolveConfig } from "../../src/config/index.js";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "sqltune-groups-"));
});
afterAll(() => rm(folder, { recursive: true }));

const file = () => join(folder, "my.yaml");

async function load(text: string, set: string[] = []) {
  await writeFile(file(), text);
  return (await loadConfig(file(), { set })).evaluation.generate;
}

const errorOf = (text: string, set: string[] = []) =>
  load(text, set).then(
    () => "no error",
    (error: Error) => error.message.replaceAll(file(), "FILE"),
  );

const defaults = { samples: 64, metrics: ["ex"], every: 1 };

describe("a group of keys", () => {
  it("is off until it is named, and takes the default of each key it leaves out", async () => {
    expect(await load("lora: {}")).toBeNull();
    expect(await load("evaluation:\n")).toBeNull();
    expect(await load("evaluation:\n  generate:\n#    samples: 3\n")).toBeNull();
    expect(await load("evaluation:\n  generate: {}\n")).toEqual(defaults);
    expect(await load("evaluation:\n  generate:\n    samples: null\n    metrics: [em, ex]\n")).toEqual({
      ...defaults,
      samples: null,
      metrics: ["em", "ex"],
    });
  });

  it("is set key by key or whole by --set, the last one winning", async () => {
    expect(await load("lora: {}", ["evaluation.generate.samples=8"])).toEqual({ ...defaults, samples: 8 });
    expect(await load("lora: {}", ["evaluation.generate={every: 2}"])).toEqual({ ...defaults, every: 2 });
    const text = "evaluation:\n  generate:\n    samples: 8\n    every: 3\n";
    const set = ["evaluation.generate.metrics=[em]", "evaluation.generate.samples=9"];
    expect(await load(text, set)).toEqual({ samples: 9, metrics: ["em"], every: 3 });
    expect(await load(text, ["evaluation.generate=null"])).toBeNull();
    expect(await load(text, ["evaluation.generate=null", "evaluation.generate.every=2"])).toEqual({
      ...defaults,
      every: 2,
    });
  });

  it("leaves the object it was given as it is", () => {
    const generate = Object.freeze({ samples: 3 });
    const input = Object.freeze({ evaluation: Object.freeze({ generate }) });
    expect(resolveConfig(input).evaluation.generate).toEqual({ ...defaults, samples: 3 });
    const wrong = Object.freeze({ evaluation: Object.freeze({ generate: Object.freeze({ samples: 0, sample: 3 }) }) });
    expect(() => resolveConfig(wrong as never)).toThrow("config has 2 errors");
  });
});

describe("errors in a group, word for word", () => {
  it("name the line, the whole key and the nearest one", async () => {
    const text = [
      "evaluation:",
      "  generate:",
      "    sample: 8",
      "    samples: many",
      "    metrics: [ex, exx]",
      '    every: "2"',
      "  generat: 3",
      "evaluation.generate: {}",
      "samples: 3",
      "metrics: ex",
    ].join("\n");
    expect(await errorOf(text)).toBe(
      [
        "FILE has 8 errors:",
        "  line 3: evaluation.generate.sample is no known key. The nearest is samples: rename it.",
        '  line 4: evaluation.generate.samples is "many", expected a whole number of at least 1, or null. Correct it, or delete it to take the default, 64.',
        '  line 5: evaluation.generate.metrics is the list ["ex","exx"], expected a list of "em", "ex", "ts" or "exact_match". Write ex for exx.',
        '  line 6: evaluation.generate.every is "2", expected a whole number of at least 1. Remove the quotes.',
        "  line 7: evaluation.generat is no known key. The nearest is generate: rename it.",
        "  line 8: evaluation.generate is written as one word. Write generate: below evaluation:, indented.",
        "  line 9: samples stands outside a section, and is a key of evaluation.generate. Write it under evaluation.generate:.",
        "  line 10: metrics stands outside a section, and is a key of evaluation.generate. Write it under evaluation.generate:.",
      ].join("\n"),
    );
    expect(await errorOf("evaluation:\n  generate: true\n")).toBe(
      "FILE: line 2: evaluation.generate is true, expected a section of samples, metrics, every, or null. Correct it, or delete it to take the default, null.",
    );
    expect(await errorOf("evaluation:\n  samples: 3\n")).toBe(
      "FILE: line 2: evaluation.samples is no key of evaluation, but of evaluation.generate. Move it there.",
    );
    expect(await errorOf("evaluation:\n  generate:\n    metrics: ex\n    every: null\n")).toBe(
      [
        "FILE has 2 errors:",
        '  line 3: evaluation.generate.metrics is "ex", expected a list of "em", "ex", "ts" or "exact_match". Write [ex].',
        "  line 4: evaluation.generate.every is null, expected a whole number of at least 1. Correct it, or delete it to take the default, 1.",
      ].join("\n"),
    );
  });

  it("name the flag", async () => {
    const set = [
      "evaluation.generate.sampels=3",
      "evaluation.generate.every=0",
      "evaluation.generate.every.x=0",
      "evaluaton.generate.every=2",
      "samples=3",
    ];
    expect(await errorOf("lora: {}", set)).toBe(
      [
        "FILE has 5 errors:",
        "  --set evaluation.generate.sampels=3: evaluation.generate.sampels is no known key. The nearest is samples: rename it.",
        "  --set evaluation.generate.every.x=0: evaluation.generate.every.x is no known key. The nearest is every: rename it.",
        "  --set evaluaton.generate.every=2: evaluaton is no section. Write --set evaluation.generate.every=2.",
        "  --set samples=3: samples stands outside a section, and is a key of evaluation.generate. Write --set evaluation.generate.samples=3.",
        "  --set evaluation.generate.every=0: evaluation.generate.every is 0, expected a whole number of at least 1. Correct it, or delete it to take the default, 1.",
      ].join("\n"),
    );
    expect(await errorOf("lora: {}", ["evaluation.generate={sampels: 3}"])).toBe(
      "FILE: --set evaluation.generate={sampels: 3}: evaluation.generate.sampels is no known key. The nearest is samples: rename it.",
    );
  });
});

describe("what the group and other keys must agree on", () => {
  it("is a metric that is generated", async () => {
    const best = "training:\n  metric_for_best_model: em\n";
    expect(await errorOf(best)).toBe(
      'FILE: line 2: training.metric_for_best_model is "em", which needs generated answers, but evaluation.generate is null. Set evaluation.generate.metrics: [em], or training.metric_for_best_model: eval_loss.',
    );
    expect(await errorOf(`${best}evaluation:\n  generate: {}\n`)).toBe(
      'FILE: line 2: training.metric_for_best_model is "em", which is none of evaluation.generate.metrics, [ex]. Set evaluation.generate.metrics: [ex, em].',
    );
    expect(await load(`${best}evaluation:\n  generate: { metrics: [em] }\n`)).toMatchObject({ metrics: ["em"] });
    expect(await errorOf("lora: {}", ["training.metric_for_best_model=ex"])).toMatch(/^FILE: --set training/);
    expect(await errorOf(`${best}evaluation:\n  generate: { metrics: [] }\n`)).toMatch(/^FILE: line 4: [^\n]+$/);
  });

  it("is a folder of suites for ts, and each metric once", async () => {
    expect(await errorOf("evaluation:\n  generate:\n    metrics: [ts, ts]\n")).toBe(
      [
        "FILE has 2 errors:",
        "  line 3: evaluation.generate.metrics has ts, but data.suites is null: on one database a question, ts is no more than ex. Set data.suites to the folder of the test suites, or take ts out of evaluation.generate.metrics.",
        "  line 3: evaluation.generate.metrics is [ts, ts], which names one twice. Write [ts].",
      ].join("\n"),
    );
    const set = ["data.suites=data/suites"];
    expect(await load("evaluation:\n  generate:\n    metrics: [ts]\n", set)).toMatchObject({ metrics: ["ts"] });
  });
});
