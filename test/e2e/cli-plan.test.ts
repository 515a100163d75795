import { spawn } from "node:child_process";
import { existsSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { writeTrainableModel } from "../native/train-fixture.js";
import { jsonLines, main, scratchFolder, sqltune } from "./compiled-cli.js";

const folder = scratchFolder("plan");
afterAll(() => rmSync(folder, { recursive: true }));
const inFolder = { cwd: folder };

/** A tiny random model and sixty rows of one table. */
const config = `
project: { output_dir: outputs/mine }
model: { name: tiny-model, device: cpu, torch_dtype: float32 }
lora: { r: 4, target_modules: [q_proj, v_proj] }
data: { dataset_name: jsonl, path: mine.jsonl, schema_format: compact }
training: { num_epochs: 2, threads: 1 }
`;

beforeAll(() => {
  writeTrainableModel(join(folder, "tiny-model"), { config: { maxPositionEmbeddings: 4096 } });
  writeFileSync(join(folder, "sqltune.yaml"), config);
  const rows = Array.from({ length: 60 }, (_, i) => ({
    question: `How many orders have the number ${i}?`,
    sql: `SELECT count(*) FROM orders WHERE id = ${i}`,
    schema: "CREATE TABLE orders (id INTEGER PRIMARY KEY, state TEXT)",
  }));
  writeFileSync(join(folder, "mine.jsonl"), `${rows.map((row) => JSON.stringify(row)).join("\n")}\n`);
  writeFileSync(join(folder, "empty.jsonl"), "");
});

describe("sqltune plan", () => {
  it("prints a table and the flag to take, and writes nothing", async () => {
    const { code, stdout, stderr } = await sqltune(["plan"], inFolder);
    expect(code, stderr).toBe(0);
    expect(stderr).toMatch(/^config: sqltune\.yaml \(found in this folder\)$/m);
    expect(stderr).toMatch(/^512 tokens: peak \d+\.\d MB, [\d,]+ tokens\/s, \d+s to finish$/m);
    expect(stdout).toMatch(
      /^ *micro_batch_tokens +largest +peak memory +tokens\/s +computed\/s +to finish +longest rows$/m,
    );
    expect(stdout).toMatch(/^ +4 rows +\d+ /m);
    expect(stdout).toMatch(/^ {2}--set training\.micro_batch_tokens=\d+\n$/m);
    expect(existsSync(join(folder, "outputs"))).toBe(false);
  });

  it("--json is one object, and its size is one that train takes", async () => {
    const words = ["--set", "training.gradient_checkpointing=selective"];
    const planned = await sqltune(["plan", "--json", ...words], inFolder);
    expect(planned.code, planned.stderr).toBe(0);
    const [report, ...more] = jsonLines(planned.stdout);
    expect(more).toEqual([]);
    expect(report).toMatchObject({
      recommended: { fits: true, micro_batch_tokens: expect.any(Number), tokens_per_s: expect.any(Number) },
      memory: { available: expect.any(Number), source: expect.any(String), device_available: null },
      configured: { rows: 4 },
    });
    const trained = await sqltune(
      ["train", "--set", "training.max_steps=1", ...words, ...report.set.split(" ")],
      inFolder,
    );
    expect(trained.code, trained.stderr).toBe(0);
  });

  const refused: [words: string[], code: number, text: RegExp][] = [
    [["--config", "missing.yaml"], 2, /missing\.yaml: no such file/],
    [["--set", "data.path=lost.jsonl"], 1, /lost\.jsonl/],
    [["--set", "data.path=empty.jsonl"], 1, /empty\.jsonl/],
    [["--set", "model.name=no-model"], 1, /no-model/],
    [["--set", "training.micro_batch_tokens=atuo"], 2, /micro_batch_tokens is "atuo", .*Write auto\./],
    [["--set", "training.gradient_checkpointing=blok"], 2, /gradient_checkpointing is "blok", .*Write block\./],
  ];
  it.each(refused)("%j ends with %i", async (words, exitCode, text) => {
    const { code, stdout, stderr } = await sqltune(["plan", "--json", ...words], inFolder);
    expect(stderr).toMatch(text);
    expect(code, stderr).toBe(exitCode);
    expect(jsonLines(stdout).at(-1).error).toMatchObject({ exit_code: exitCode, message: expect.stringMatching(text) });
  });

  it("Ctrl-C ends it and its processes with 130", async () => {
    // A group of its own, as a terminal gives it: Ctrl-C goes to all of it.
    const child = spawn(process.execPath, [main, "plan"], { ...inFolder, detached: true, stdio: "pipe" });
    let stderr = "";
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      stderr += text;
    });
    const ended = new Promise<number | null>((resolve) => child.once("close", resolve));
    while (!/^measuring/m.test(stderr) && child.exitCode === null) await sleep(20);
    await sleep(300);
    process.kill(-child.pid!, "SIGINT");
    expect(await ended, stderr).toBe(130);
    expect(stderr.trimEnd().split("\n").at(-1)).toBe("interrupted.");
    expect(() => process.kill(-child.pid!, 0)).toThrow("ESRCH");
  });
});
