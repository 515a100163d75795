import { existsSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { sharedPath } from "../unit/data-shared.js";
import { type Ended, jsonLines, root, scratchFolder, sqltune } from "./compiled-cli.js";

const base = sharedPath("models/stories260K");
const folder = scratchFolder("quickstart");
afterAll(() => rmSync(folder, { recursive: true }));
const inFolder = { cwd: folder };
const readJson = (file: string) => JSON.parse(readFileSync(join(folder, "outputs/quickstart", file), "utf8"));

// The command of ./run.sh, on a model of 260,000 parameters; what the embedded model scores is in the README.
const set = [
  "model.max_seq_length=512",
  "training.max_steps=3",
  "data.max_val_samples=12",
  "inference.max_new_tokens=8",
];
const words = [
  "quickstart",
  "--set",
  `model.name=${base}`,
  ...set.flatMap((it) => ["--set", it]),
  "--max-samples",
  "5",
];

describe.skipIf(base === null)("sqltune quickstart", () => {
  let ended: Ended;
  beforeAll(async () => {
    ended = await sqltune(words, inFolder);
    expect(ended.code, ended.stderr).toBe(0);
  });

  it("trains, scores before and after on databases it never saw, and shows an answer", () => {
    const summary = readJson("summary.json");
    const scores = { questions: 5, ex: expect.any(Number), ex_judged: 5, by_database: expect.any(Object) };
    expect(summary).toMatchObject({ questions: 5, seconds: expect.any(Number), base: scores, tuned: scores });
    expect(readJson("report.json")).toMatchObject({ step: 3, proof: { passed: true } });
    const trained = JSON.parse(readFileSync(join(root, "data/sample/train.json"), "utf8")) as { db_id: string }[];
    const seen = new Set(trained.map(({ db_id }) => db_id));
    expect(seen.size).toBeGreaterThan(10);
    expect(Object.keys(summary.tuned.by_database).filter((name) => seen.has(name))).toEqual([]);
    expect(readdirSync(join(folder, "outputs/quickstart/eval"))).toEqual(["base", "tuned"]);
    for (const which of ["base", "tuned"]) {
      for (const file of ["eval.json", "predictions.sql", "gold.sql"]) {
        expect(existsSync(join(folder, "outputs/quickstart/eval", which, file))).toBe(true);
      }
    }
    expect(ended.stdout).toMatch(/^5 questions about databases that training never saw \(.+ before and .+ after:$/m);
    expect(ended.stdout).toContain(summary.example.question);
    expect(ended.stdout).toMatch(/^Try next:\n {2}npx sqltune infer --adapter outputs\/quickstart\/final_model --db /m);
  });

  it("is quick the second time, and changes nothing", async () => {
    const before = readFileSync(join(folder, "outputs/quickstart/summary.json"), "utf8");
    const again = await sqltune([...words, "--json"], inFolder);
    expect(again.code, again.stderr).toBe(0);
    expect(again.stderr).toMatch(/holds this very run, finished: nothing is repeated\./);
    expect(jsonLines(again.stdout)).toEqual([expect.objectContaining({ questions: 5 })]);
    expect(readFileSync(join(folder, "outputs/quickstart/summary.json"), "utf8")).toBe(before);
  });
});
