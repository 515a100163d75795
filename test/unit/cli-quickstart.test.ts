import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { sqltuneVersion } from "../../src/adapter/index.js";
import { resolveConfig } from "../../src/config/index.js";
import { quickstart } from "../../src/quickstart.js";
import { cli } from "./cli-io.js";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "sqltune-quickstart-"));
});
afterAll(() => rm(folder, { recursive: true }));

/** A model that exists nowhere: whatever tries to train or score with it fails. */
async function finishedRun(name: string) {
  const config = resolveConfig({
    project: { output_dir: join(folder, name) },
    model: { name: join(folder, "no-model") },
  });
  await mkdir(join(folder, name));
  const scores = { questions: 2, em: 0, ex: 0.5, exact_match: 0, ex_judged: 2 };
  const table = { ...scores, failures: {}, by_category: {}, by_database: { hotel: scores } };
  const example = {
    db_id: "hotel",
    database: null,
    question: "How many?",
    sql: "SELECT 1",
    columns: ["1"],
    rows: [[1]],
  };
  const summary = { base: { ...table, ex: 0 }, tuned: table, questions: 2, seconds: 12, example, max_samples: null };
  const run = { config, versions: { sqltune: sqltuneVersion } };
  await writeFile(join(folder, name, "run.json"), JSON.stringify(run));
  await writeFile(join(folder, name, "summary.json"), JSON.stringify(summary));
  await mkdir(join(folder, name, "final_model"));
  return { config, summary };
}

describe("a quickstart that was finished before", () => {
  it("is not repeated, and nothing is changed", async () => {
    const { config, summary } = await finishedRun("same");
    const before = await readFile(join(folder, "same", "summary.json"), "utf8");
    const notes: string[] = [];
    const again = await quickstart({ config, onEvent: (event) => event.event === "note" && notes.push(event.message) });
    expect(again).toEqual(summary);
    expect(notes).toEqual([`${join(folder, "same")} holds this very run, finished: nothing is repeated.`]);
    expect(await readFile(join(folder, "same", "summary.json"), "utf8")).toBe(before);
  });

  it("with other settings is refused in words that fit the command", async () => {
    await finishedRun("other");
    const set = [`project.output_dir=${join(folder, "other")}`, "lora.r=4"];
    const { code, err } = await cli(["quickstart", "--set", ...set]);
    expect(code).toBe(1);
    expect(err).toBe(
      `error: ${join(folder, "other")} holds a run with other settings. Add --overwrite to remove it, or --set project.output_dir=DIR to write elsewhere.\n`,
    );
  });
});
