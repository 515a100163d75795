import { mkdir, mkdtemp, rm, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeEach, describe, expect, it } from "vitest";
import { readBatchFile } from "../../src/cli/batch-file.js";
import { newestAdapter } from "../../src/cli/newest-adapter.js";
import { resumeCommand } from "../../src/cli/resume-command.js";
import { chooseConfig } from "../../src/config/index.js";

const before = process.cwd();
const folders: string[] = [];
beforeEach(async () => {
  const folder = await mkdtemp(join(tmpdir(), "sqltune-cli-"));
  folders.push(folder);
  process.chdir(folder);
});
afterAll(async () => {
  process.chdir(before);
  for (const folder of folders) await rm(folder, { recursive: true });
});

async function finishRun(folder: string, when: number) {
  await mkdir(join(folder, "final_model"), { recursive: true });
  const file = join(folder, "final_model", "adapter_config.json");
  await writeFile(file, "{}");
  await utimes(file, when, when);
}

describe("newestAdapter", () => {
  it("is the final_model written last, in outputs/, a run below it, or a run folder elsewhere", async () => {
    expect(await newestAdapter()).toBeNull();
    await mkdir("outputs/unfinished/checkpoints", { recursive: true });
    expect(await newestAdapter()).toBeNull();
    await finishRun("outputs/a", 2000);
    await finishRun("outputs/b", 1000);
    expect(await newestAdapter()).toBe(join("outputs", "a", "final_model"));
    await finishRun("outputs", 3000);
    expect(await newestAdapter(["elsewhere"])).toBe(join("outputs", "final_model"));
    await finishRun("elsewhere", 4000);
    expect(await newestAdapter(["elsewhere"])).toBe(join("elsewhere", "final_model"));
  });
});

describe("chooseConfig", () => {
  it("is ./sqltune.yaml where there is one, else the quickstart's", async () => {
    expect((await chooseConfig()).file).toMatch(/configs\/quickstart\.yaml$/);
    await writeFile("sqltune.yaml", "lora: {}");
    expect(await chooseConfig()).toEqual({ file: "sqltune.yaml", reason: "found in this folder" });
  });
});

describe("readBatchFile", () => {
  const shared = { schema: "TABLE: shared ( id (int) )" };

  it("reads bare questions and JSON lines, whose own schema goes first", async () => {
    await writeFile(
      "q.txt",
      [
        "\uFEFFHow many?",
        "",
        '{"question": "Which?", "schema": "TABLE: own ( name (text) )"}',
        '  {"question": "Who?"}\r',
      ].join("\n"),
    );
    const questions = await readBatchFile("q.txt", shared);
    expect(questions.map(({ question }) => question)).toEqual(["How many?", "Which?", "Who?"]);
    expect(questions[0]).toEqual({ question: "How many?", ...shared });
    expect(questions[1]!.schema).toMatchObject({ tables: [{ name: "own" }] });
    expect(questions[2]).toEqual({ question: "Who?", ...shared });
  });

  it("names every bad line", async () => {
    await writeFile(
      "bad.jsonl",
      [
        '{"question": 3}',
        "{oops",
        "fine",
        '{"question": "a", "schema": "TABLE: t ( a (int) )", "db": "x.sqlite"}',
        '{"question": "a", "db": 1}',
      ].join("\n"),
    );
    await expect(readBatchFile("bad.jsonl", {})).rejects.toThrow(
      "bad.jsonl has 4 bad line(s), nothing was asked:\n" +
        "  line 1: question is 3, expected a text.\n" +
        '  line 2: starts with { but is not JSON. Write {"question": ...} or a bare question.\n' +
        "  line 4: has both schema and db, expected one of them.\n" +
        "  line 5: db is 1, expected the path of a SQLite file.",
    );
  });

  it("refuses a file that is missing or empty", async () => {
    await writeFile("empty.txt", "\n\n");
    await expect(readBatchFile("empty.txt", {})).rejects.toThrow("empty.txt holds no questions, expected one a line.");
    await expect(readBatchFile("gone.txt", {})).rejects.toThrow(
      "gone.txt: no such file. --batch takes one question a line, or JSON lines.",
    );
  });
});

describe("resumeCommand", () => {
  it("is the same command with --resume, ready for a shell", () => {
    expect(resumeCommand(["train", "--config", "my config.yaml", "--overwrite", "--set", "project.name=it's"])).toBe(
      "npx sqltune train --config 'my config.yaml' --set 'project.name=it'\\''s' --resume",
    );
    expect(resumeCommand(["train", "--resume", "outputs/a", "--lr", "1e-3"])).toBe(
      "npx sqltune train --lr 1e-3 --resume",
    );
    expect(resumeCommand(["train", "--resume", "--lr=1e-3"])).toBe("npx sqltune train --lr=1e-3 --resume");
  });
});
