import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { sharedPath } from "../unit/data-shared.js";
import { type Ended, jsonLines, root, scratchFolder, sqltune } from "./compiled-cli.js";

const base = sharedPath("models/stories260K");
const folder = scratchFolder("flow");
afterAll(() => rmSync(folder, { recursive: true }));

/** A small trained Llama on the bundled sample databases, in the folder where the user stands. */
const config = `
project:
  output_dir: outputs/mine
model:
  name: ${base}
  max_seq_length: 512
  device: cpu
  torch_dtype: float32
lora:
  r: 4
  target_modules: [q_proj, v_proj]
data:
  dataset_name: sample
  schema_format: compact
  max_val_samples: 8
training:
  max_steps: 24
  per_device_train_batch_size: 4
  gradient_accumulation_steps: 1
  questions_per_group: 4
  logging_steps: 1
  eval_steps: 24
  save_steps: 24
inference:
  max_new_tokens: 12
  do_sample: false
  repetition_penalty: 1.0
`;
const inFolder = { cwd: folder };
const readJson = (...path: string[]) => JSON.parse(readFileSync(join(folder, ...path), "utf8"));
const weights = () => readFileSync(join(folder, "outputs/mine/final_model/adapter_model.safetensors"));
const eventsOf = ({ stdout }: Ended, name: string) => jsonLines(stdout).filter(({ event }) => event === name);

describe.skipIf(base === null)("train, stopped by Ctrl-C in mid-run", () => {
  let stopped: Ended;
  let resumed: Ended;
  let resumedWeights: Buffer;
  beforeAll(async () => {
    writeFileSync(join(folder, "sqltune.yaml"), config);
    // The third step is over, the fourth under way.
    stopped = await sqltune(["train", "--json"], {
      ...inFolder,
      onLine: (line, kill) => line.includes('"event":"train","step":3,') && kill("SIGINT"),
    });
  });

  it("takes ./sqltune.yaml and says so", () => {
    expect(stopped.stderr).toMatch(/^config: sqltune\.yaml \(found in this folder\)$/m);
  });

  it("ends with 130 after a checkpoint, and prints the command that goes on", () => {
    expect(stopped.code).toBe(130);
    const { step } = eventsOf(stopped, "end")[0];
    expect(eventsOf(stopped, "end")).toEqual([expect.objectContaining({ reason: "interrupted" })]);
    expect(step).toBeGreaterThanOrEqual(3);
    expect(step).toBeLessThan(24);
    expect(existsSync(join(folder, `outputs/mine/checkpoints/checkpoint-${step}/adapter_model.safetensors`))).toBe(
      true,
    );
    expect(readFileSync(join(folder, "outputs/mine/last"), "utf8")).toBe(`checkpoint-${step}\n`);
    expect(readJson("outputs/mine/status.json")).toMatchObject({ state: "interrupted", step });
    expect(existsSync(join(folder, "outputs/mine/final_model"))).toBe(false);
    expect(stopped.stderr.trimEnd().split("\n").at(-1)).toBe("  npx sqltune train --json --resume");
    expect(jsonLines(stopped.stdout).at(-1)).toEqual({
      error: { message: expect.any(String), code: "ERR_SQLTUNE_INTERRUPTED", exit_code: 130 },
    });
  });

  it("refuses to start again in the same folder", async () => {
    const { code, stdout, stderr } = await sqltune(["train"], inFolder);
    expect([code, stdout]).toEqual([1, ""]);
    expect(stderr).toMatch(/^error: .*outputs\/mine holds an earlier run\. Choose one: --resume .*--overwrite /m);
  });

  it("goes on with --resume where it stopped, to the end and its proof", async () => {
    resumed = await sqltune(["train", "--json", "--resume"], inFolder);
    expect(resumed.code, resumed.stderr).toBe(0);
    const { step } = eventsOf(stopped, "end")[0];
    expect(eventsOf(resumed, "train")[0].step).toBe(step + 1);
    expect(eventsOf(resumed, "train").at(-1).step).toBe(24);
    const report = jsonLines(resumed.stdout).at(-1);
    expect(report).toMatchObject({ event: "report", reason: "done", step: 24, proof: { passed: true } });
    expect(readJson("outputs/mine/report.json")).toEqual({ ...report, event: undefined });
    expect(readdirSync(join(folder, "outputs/mine/final_model")).sort()).toEqual([
      "README.md",
      "adapter_config.json",
      "adapter_model.safetensors",
      "sqltune.json",
    ]);
    resumedWeights = weights();
  });

  it("gives the bytes of a run that nobody stopped", async () => {
    const { code, stdout, stderr } = await sqltune(["train", "--overwrite"], inFolder);
    expect(code, stderr).toBe(0);
    expect(weights().equals(resumedWeights)).toBe(true);
    expect(stdout).toMatch(/^Adapter: +.*outputs\/mine\/final_model \(step 24, .*read back, it answers the same\)$/m);
    expect(stdout).toMatch(/^Next: +sqltune eval --adapter /m);
    const events = readFileSync(join(folder, "outputs/mine/metrics.jsonl"), "utf8");
    expect(events.match(/"event":"train"/g)).toHaveLength(24);
  });
});

describe.skipIf(base === null)("eval", () => {
  const questions = 8; // data.max_val_samples

  it("writes every answer, and the files that the official scripts read", async () => {
    const { code, stdout, stderr } = await sqltune(["eval", "--output", "results/eval.json", "--json"], inFolder);
    expect(code, stderr).toBe(0);
    expect(stderr).toMatch(/^adapter: outputs\/mine\/final_model \(the newest run's\)$/m);
    const report = readJson("results/eval.json");
    expect(jsonLines(stdout)).toEqual([report]);
    expect(report.summary).toMatchObject({
      ...{ questions, em_judged: questions, ex_judged: questions, exact_match: expect.any(Number), ts: null },
      answer_loss: { loss: expect.any(Number), token_accuracy: expect.any(Number), rows_too_long: expect.any(Number) },
      definition: { evaluator: "test-suite", schemas: "schema catalogue" },
    });
    const { loss, perplexity } = report.summary.answer_loss;
    expect(perplexity).toBeCloseTo(Math.exp(loss), 9);
    const [first] = report.details;
    expect(first).toMatchObject({
      index: 0,
      finish_reason: expect.stringMatching(/^(stop|length)$/),
      em: expect.any(Boolean),
    });
    expect(Object.keys(report.summary.by_category).sort()).toEqual(["aggregation", "filter", "simple"]);
    expect(report.details).toHaveLength(questions);
    const lines = (file: string) => readFileSync(file, "utf8").replace(/\n$/, "").split("\n");
    const gold = lines(join(root, "data/sample/gold.sql")).slice(0, questions);
    expect(lines(join(folder, "results/gold.sql"))).toEqual(gold);
    expect(lines(join(folder, "results/predictions.sql"))).toHaveLength(questions);
    expect(readdirSync(join(folder, "results")).sort()).toEqual([
      ...["eval.json", "gold.sql", "predictions.jsonl", "predictions.sql", "report.html", "report.md"],
    ]);
    const answers = jsonLines(readFileSync(join(folder, "results/predictions.jsonl"), "utf8"));
    expect(answers.map(({ predicted }) => predicted)).toEqual(
      report.details.map(({ predicted }: { predicted: string }) => predicted),
    );
  });

  it("scores the base beside it, as a table", async () => {
    const words = ["eval", "--base", "--max-samples", "3", "--metrics", "ex"];
    const { code, stdout, stderr } = await sqltune(words, inFolder);
    expect(code, stderr).toBe(0);
    expect(stdout).toMatch(/^3 questions, .*stories260K$/m);
    expect(stdout).toMatch(/^ +questions +ex$/m);
  });

  it("scores its own files the same without the model, and compares the two", async () => {
    const files = ["--predictions", "results/predictions.jsonl", "--gold", "results/eval.json"];
    const data = ["--tables", join(root, "data/sample/tables.json"), "--databases", join(root, "data/sample/database")];
    const again = await sqltune(["eval", ...files, ...data, "--output", "again/eval.json", "--json"], inFolder);
    expect(again.code, again.stderr).toBe(0);
    const verdicts = (report: { details: Record<string, unknown>[] }) =>
      report.details.map(({ em, ex, exact_match, hardness }) => ({ em, ex, exact_match, hardness }));
    expect(verdicts(readJson("again/eval.json"))).toEqual(verdicts(readJson("results/eval.json")));
    const { code, stdout, stderr } = await sqltune(["compare", "results", "again", "--json"], inFolder);
    expect(code, stderr).toBe(0);
    const [comparison] = jsonLines(stdout);
    expect(comparison.questions).toBe(questions);
    for (const { pairs } of comparison.verdicts)
      expect(pairs[0]).toMatchObject({ won: [], lost: [], p: 1, difference: 0 });
  });
});

describe.skipIf(base === null)("commands that cannot be done", () => {
  const refused: [words: string[], code: number, text: RegExp][] = [
    [["eval", "--adapter", "outputs/other/final_model"], 1, /no adapter "outputs\/other\/final_model"/],
    [["train", "--set", "model.name=models/none.gguf", "--overwrite"], 1, /no model "models\/none\.gguf"/],
    [["train", "--set", "training.learning_rte=1"], 2, /learning_rte.*learning_rate/],
    [["train", "--config", "missing.yaml"], 2, /missing\.yaml/],
    [["train", "--resume", "--overwrite"], 2, /exclude each other/],
    [["train", "--epoch", "3"], 2, /--epoch is no flag of train\. The nearest is --epochs\./],
    [["eval", "--metrics", "bleu"], 2, /bleu is no metric/],
    [["evaluate"], 2, /evaluate is no command\. Did you mean eval\?/],
    [[], 2, /a command is missing/],
  ];

  it.each(refused)("%j ends with %i", async (words, exitCode, text) => {
    const { code, stdout, stderr } = await sqltune([...words, "--json"], inFolder);
    expect(stderr).toMatch(text);
    expect(code, stderr).toBe(exitCode);
    const { error } = jsonLines(stdout).at(-1);
    expect(error).toMatchObject({ exit_code: exitCode, message: expect.stringMatching(text) });
    expect(readJson("outputs/mine/report.json").reason).toBe("done"); // The finished run is untouched.
  });

  it("eval without any adapter says how to get one", async () => {
    mkdirSync(join(folder, "empty"));
    const { code, stderr } = await sqltune(["eval"], { cwd: join(folder, "empty") });
    expect(code).toBe(2);
    expect(stderr).toMatch(/there is no adapter.*sqltune train.*--adapter DIR.*--base/);
  });
});
