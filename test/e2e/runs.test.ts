import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, it } from "vitest";
import { fateOf } from "../../src/observe/process-identity.js";
import { writeTrainableModel } from "../native/train-fixture.js";
import { jsonLines, main, scratchFolder, sqltune } from "./compiled-cli.js";

const folder = scratchFolder("runs");
// Nobody listens there: that tracker fails, and nothing else.
const inFolder = { cwd: folder, env: { MLFLOW_TRACKING_URI: "http://127.0.0.1:9" } };
const started: number[] = [];
afterAll(() => {
  for (const pid of started) {
    try {
      process.kill(pid, "SIGKILL");
    } catch {} // It has ended, as it should.
  }
  rmSync(folder, { recursive: true, force: true });
});

/** A run of two layers on the sample databases. */
const config = (name: string, steps: number) => `
project: { name: shop, output_dir: outputs/${name} }
model: { name: ${join(folder, "tiny")}, max_seq_length: 1024, device: cpu, torch_dtype: float32 }
lora: { r: 2, target_modules: [q_proj] }
data: { dataset_name: sample, schema_format: compact, max_train_samples: 32, max_val_samples: 4 }
training:
  max_steps: ${steps}
  per_device_train_batch_size: 2
  gradient_accumulation_steps: 1
  logging_steps: 1
  eval_steps: ${steps}
  save_steps: ${steps}
  report_to: [tensorboard, mlflow]
inference: { max_new_tokens: 4 }
`;

beforeAll(() => {
  mkdirSync(join(folder, "outputs"));
  writeTrainableModel(join(folder, "tiny"));
  writeFileSync(join(folder, "long.yaml"), config("long", 100_000));
  writeFileSync(join(folder, "short.yaml"), config("short", 4));
});

const status = (name: string) => JSON.parse(readFileSync(join(folder, `outputs/${name}/status.json`), "utf8"));
async function until(name: string, step: number): Promise<void> {
  while (!existsSync(join(folder, `outputs/${name}/metrics.jsonl`))) await sleep(20);
  const reached = () =>
    readFileSync(join(folder, `outputs/${name}/metrics.jsonl`), "utf8").includes(`"train","step":${step},`);
  while (!reached()) await sleep(20);
}
async function detach(...words: string[]): Promise<{ folder: string; pid: number; log: string }> {
  const { code, stdout, stderr } = await sqltune(["train", "--detach", "--json", ...words], inFolder);
  expect(code, stderr).toBe(0);
  const run = jsonLines(stdout).at(-1);
  started.push(run.pid);
  return run;
}

it("a mistake in the config is shown in the foreground, and nothing is started", async () => {
  const { code, stderr } = await sqltune(["train", "--detach", "--config", "long.yaml", "--set", "lora.r=0"], inFolder);
  expect(code).toBe(2);
  expect(stderr).toContain("lora.r is 0");
  expect(existsSync(join(folder, "outputs/long"))).toBe(false);
});

it("so is what only the run itself can find out, with the place of its log", async () => {
  const words = ["--config", "long.yaml", "--set", "data.dataset_name=jsonl", "--set", "data.path=absent.jsonl"];
  const { code, stderr } = await sqltune(["train", "--detach", ...words], inFolder);
  expect(code).toBe(1);
  expect(stderr).toMatch(/absent\.jsonl.*\nThe run did not start; all that it said is in .*console\.log/s);
});

it("a detached run outlives its terminal, is listed, and refuses another in its folder", async () => {
  // Its session's leader dies as when a terminal is closed: SIGHUP goes to all that belong to it.
  const shell = spawn(
    "sh",
    ["-c", `"${process.execPath}" "${main}" train --detach --config long.yaml --json; kill -HUP 0`],
    {
      ...inFolder,
      detached: true,
      stdio: ["ignore", "pipe", "inherit"],
    },
  );
  let said = "";
  shell.stdout.on("data", (chunk: Buffer) => {
    said += chunk.toString();
  });
  await once(shell, "close");
  const run = JSON.parse(said.trim().split("\n").at(-1)!);
  started.push(run.pid);
  expect(run.folder).toBe(join(folder, "outputs/long"));
  await until("long", 3);
  const { runs } = jsonLines((await sqltune(["runs", "list", "--json"], inFolder)).stdout)[0];
  expect(runs).toMatchObject([{ id: "long", state: "running", pid: run.pid, steps: 100_000 }]);
  expect(runs[0].loss).toBeGreaterThan(0);
  const again = await sqltune(["train", "--detach", "--config", "long.yaml"], inFolder);
  expect(again.code).toBe(1);
  expect(again.stderr).toContain("holds an earlier run");
  const overwriting = await sqltune(["train", "--detach", "--overwrite", "--config", "long.yaml"], inFolder);
  expect(overwriting.stderr).toContain(`process ${run.pid}`);
});

it("is followed until it ends, and stopped with a checkpoint; its end is the watcher's", async () => {
  const watching = sqltune(["runs", "watch", "long", "--json", "--from-start"], inFolder);
  await until("long", 6);
  const { code, stdout } = await sqltune(["runs", "stop", "long", "--json"], inFolder);
  expect(code).toBe(0);
  const result = jsonLines(stdout)[0];
  expect(result).toMatchObject({ asked: true, ended: true, run: { state: "interrupted" } });
  expect(existsSync(join(result.checkpoint, "adapter_model.safetensors"))).toBe(true);
  expect(result.checkpoint).toMatch(new RegExp(`checkpoint-${status("long").step}$`));
  const watched = await watching;
  expect(watched.code).toBe(130);
  const events = jsonLines(watched.stdout);
  expect(events.filter(({ event }) => event === "train").map(({ step }) => step)).toContain(1);
  expect(events.some(({ event, reason }) => event === "end" && reason === "interrupted")).toBe(true);
  const status_ = await sqltune(["runs", "status"], inFolder);
  expect(status_.stdout).toMatch(/^State: +interrupted/m);
});

it("goes on detached, and is cancelled without another checkpoint", async () => {
  const before = readFileSync(join(folder, "outputs/long/last"), "utf8");
  const { pid } = await detach("--config", "long.yaml", "--resume");
  await until("long", status("long").step + 3);
  const { code, stdout } = await sqltune(["runs", "cancel", "long"], inFolder);
  expect(code).toBe(0);
  expect(stdout).toMatch(/long is interrupted at step \d+\. Left: .*checkpoint-\d+; train with --resume/);
  expect(await fateOf({ pid, host: hostname(), processStart: null })).toBe("gone");
  expect(readFileSync(join(folder, "outputs/long/last"), "utf8")).toBe(before);
  expect((await sqltune(["runs", "stop", "long"], inFolder)).stdout).toContain("does not run: interrupted");
});

it("a run that ends well is watched to 0, is told to TensorBoard, and has a report", async () => {
  await detach("--config", "short.yaml");
  const { code, stderr } = await sqltune(["runs", "watch", "short"], inFolder);
  expect(code, stderr).toBe(0);
  expect(stderr).toContain("short is done at step 4");
  expect(existsSync(join(folder, "outputs/short/tensorboard"))).toBe(true);
  const said = readFileSync(join(folder, "outputs/short/metrics.jsonl"), "utf8").trim().split("\n");
  const warnings = said.map((line) => JSON.parse(line)).filter(({ event }) => event === "warning");
  expect(warnings.map(({ message }) => message).filter((it) => it.startsWith("mlflow:"))).toEqual([
    expect.stringContaining("http://127.0.0.1:9 cannot be reached"),
  ]);
  expect((await sqltune(["report", "--run", "outputs/short"], inFolder)).code).toBe(0);
  const page = readFileSync(join(folder, "outputs/short/run-report.html"), "utf8");
  for (const heading of ["Training", "Architecture", "Data", "Memory", "Configuration", "Where everything is"]) {
    expect(page).toContain(`<h2>${heading}</h2>`);
  }
});
