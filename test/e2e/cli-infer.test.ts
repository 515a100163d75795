import { copyFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { exampleQuestions } from "../../src/infer/examples.js";
import { sharedPath } from "../unit/data-shared.js";
import { jsonLines, root, scratchFolder, sqltune } from "./compiled-cli.js";

const base = sharedPath("models/stories260K");
const folder = scratchFolder("infer");
afterAll(() => rmSync(folder, { recursive: true }));

const question = "How many pets are there?";
const ddl = "CREATE TABLE pet (id INTEGER, name TEXT, age INTEGER);";
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
  max_train_samples: 24
  max_val_samples: 2
training:
  max_steps: 2
  per_device_train_batch_size: 4
inference:
  max_new_tokens: 16
  do_sample: false
  repetition_penalty: 1.0
`;

interface Answer {
  question: string;
  sql: string;
  confidence: number;
  tokens: number;
  finish_reason: string;
  latency_ms: number;
}

/** The answers of `sqltune infer WORDS --json`. */
async function infer(words: string[], input?: string): Promise<Answer[]> {
  const { code, stdout, stderr } = await sqltune(["infer", ...words, "--json"], { cwd: folder, input });
  expect(code, stderr).toBe(0);
  const answers: Answer[] = jsonLines(stdout);
  for (const { confidence, tokens, latency_ms } of answers) {
    expect(confidence).toBeGreaterThan(0);
    expect(confidence).toBeLessThanOrEqual(1);
    expect(tokens).toBeGreaterThan(0);
    expect(tokens).toBeLessThanOrEqual(16);
    expect(latency_ms).toBeGreaterThanOrEqual(0);
  }
  return answers;
}
const sqlOf = async (words: string[]) => (await infer(words)).map(({ sql }) => sql);

describe.skipIf(base === null)("infer with the adapter of a run", () => {
  beforeAll(async () => {
    writeFileSync(join(folder, "sqltune.yaml"), config);
    writeFileSync(join(folder, "pets.sql"), ddl);
    copyFileSync(join(root, "data/sample/database/gym/gym.sqlite"), join(folder, "gym.sqlite"));
    const { code, stderr } = await sqltune(["train"], { cwd: folder });
    expect(code, stderr).toBe(0);
  });

  it("answers a question about DDL, for people", async () => {
    const words = ["infer", "--question", question, "--schema", ddl];
    const { code, stdout, stderr } = await sqltune(words, { cwd: folder });
    expect([code, stderr]).toEqual([
      0,
      "config: sqltune.yaml (found in this folder)\nadapter: outputs/mine/final_model (the newest run's)\n" +
        'warning: The model has no chat template; its prompt is plain text: schema, "Question:", "SQL:".\n',
    ]);
    expect(stdout).toMatch(
      /^Question: {3}How many pets are there\?\nSQL: {8}.*\nConfidence: [01]\.\d{3}\nLatency: {4}\d+ ms \(\d+ tokens.*\)\n/s,
    );
  });

  it("reads DDL, a file of it and the seed project's TABLE: line as the same schema", async () => {
    const ask = ["--question", question, "--schema"];
    const [written] = await sqlOf([...ask, ddl]);
    expect(await sqlOf([...ask, "pets.sql"])).toEqual([written]);
    expect(await sqlOf([...ask, "TABLE: pet ( id (integer), name (text), age (integer) )"])).toEqual([written]);
  });

  it("reads a database's schema by --db, by @file.sqlite and in a line of --batch", async () => {
    const asked = "How many trainers are there?";
    const answers = await infer(["--question", asked, "--db", "gym.sqlite"]);
    expect(answers).toHaveLength(1);
    const { sql } = answers[0]!;
    expect(await sqlOf(["--question", asked, "--schema", "@gym.sqlite"])).toEqual([sql]);
    const lines = [
      asked,
      "",
      JSON.stringify({ question, schema: ddl }),
      JSON.stringify({ question: asked, db: "gym.sqlite" }),
    ];
    writeFileSync(join(folder, "questions.txt"), `${lines.join("\n")}\n`);
    const batch = await infer(["--batch", "questions.txt", "--db", "gym.sqlite"]);
    expect(batch.map((answer) => answer.question)).toEqual([asked, question, asked]);
    expect([batch[0]!.sql, batch[2]!.sql]).toEqual([sql, sql]);
  });

  it("asks the four examples", async () => {
    const answers = await infer(["--examples"]);
    expect(answers.map((answer) => answer.question)).toEqual(exampleQuestions.map((example) => example.question));
  });

  it("answers each line of a dialogue, until the input ends", async () => {
    const [alone] = await infer(["--question", question, "--schema", ddl]);
    const answers = await infer(["--interactive", "--schema", ddl], `${question}\n\nWho is the oldest?`);
    expect(answers.map((answer) => answer.question)).toEqual([question, "Who is the oldest?"]);
    expect(answers[0]!.sql).toBe(alone!.sql);
  });

  it("asks the base, and the same adapter by its folder and by the seed project's flag", async () => {
    const ask = ["--question", question, "--schema", ddl];
    const [newest] = await sqlOf(ask);
    expect(await sqlOf([...ask, "--adapter_path", "outputs/mine/final_model"])).toEqual([newest]);
    expect(await infer([...ask, "--base"])).toHaveLength(1);
  });

  it("says that a prompt is longer than the model can read", async () => {
    const words = ["infer", "--question", "word ".repeat(600), "--schema", ddl];
    const { code, stdout, stderr } = await sqltune(words, { cwd: folder });
    expect([code, stdout]).toEqual([1, ""]);
    expect(stderr).toMatch(/^error: .*\b512\b/m);
  });

  const refused: [words: string[], code: number, text: RegExp][] = [
    [["--schema", ddl], 2, /expected one of --question, --interactive, --examples and --batch/],
    [["--question", question, "--examples"], 2, /expected one of --question/],
    [["--question", question, "--db", "none.sqlite"], 2, /There is no file none\.sqlite/],
    [["--question", question, "--schema", "CREATE TABEL pet (id)"], 1, /schema/i],
    [["--question", question, "--schema", ddl, "--db", "gym.sqlite"], 2, /--schema and --db exclude each other/],
    [["--question", ""], 2, /^error: --question is empty/m],
    [["--batch", "empty.txt"], 2, /empty\.txt holds no questions/],
    [["--batch", "none.txt"], 2, /none\.txt: no such file/],
    [["--batch", "bad.txt"], 2, /2 bad line\(s\), nothing was asked:\n {2}line 2: .*\n {2}line 3: question is 5/],
    [["--question", question, "--adapter", "./nowhere"], 1, /no adapter "\.\/nowhere"/],
    [
      ["--question", question, "--adapter", "outputs/mine"],
      1,
      /not a complete adapter: adapter_config\.json .* a run's final_model/,
    ],
    [["--question", question, "--base", "--set", "model.name=./nowhere"], 1, /no model "\.\/nowhere"/],
  ];

  it.each(refused)("%j ends with %i", async (words, exitCode, text) => {
    writeFileSync(join(folder, "empty.txt"), "\n\n");
    writeFileSync(join(folder, "bad.txt"), 'How many?\n{"question": \n{"question": 5}\n');
    const { code, stdout, stderr } = await sqltune(["infer", ...words, "--json"], { cwd: folder });
    expect(stderr).toMatch(text);
    expect(code, stderr).toBe(exitCode);
    expect(jsonLines(stdout)).toEqual([{ error: expect.objectContaining({ exit_code: exitCode }) }]);
  });
});
