import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { processStart } from "../../src/observe/process-identity.js";
import { stopRun } from "../../src/runs/index.js";
import { livingStatus, writeRun } from "./run-fixture.js";

let root: string;
const children: ChildProcess[] = [];
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "sqltune-stop-"));
});
afterEach(() => {
  for (const child of children.splice(0)) child.kill("SIGKILL");
  rmSync(root, { recursive: true, force: true });
});

/** A process that counts its SIGTERMs and, asked once, says in status.json that it is interrupted and ends. */
const RUNS = `
  const { writeFileSync, readFileSync, renameSync } = require("node:fs");
  const status = process.argv[1] + "/status.json";
  const change = (more) => {
    writeFileSync(status + ".tmp", JSON.stringify({ ...JSON.parse(readFileSync(status, "utf8")), ...more }));
    renameSync(status + ".tmp", status);
  };
  let asked = 0;
  process.on("SIGTERM", () => {
    asked++;
    change({ stopping: true });
    if (asked === 1) setTimeout(() => { change({ state: "interrupted", asked }); process.exit(130); }, 300);
  });
  setInterval(() => {}, 1000);
  console.log("ready");
`;

async function startRun(): Promise<string> {
  const folder = writeRun(join(root, "run"), { status: {} });
  const child = spawn(process.execPath, ["-e", RUNS, folder], { stdio: ["ignore", "pipe", "inherit"] });
  children.push(child);
  await once(child.stdout!, "data");
  const { pid } = child;
  writeRun(folder, { status: await livingStatus({ pid: pid!, process_start: await processStart(pid!) }) });
  writeFileSync(join(folder, "last"), "checkpoint-10\n");
  return folder;
}

const statusOf = (folder: string) => JSON.parse(readFileSync(join(folder, "status.json"), "utf8"));

it("asks once, however often it is told to, waits until the process is gone, and names the checkpoint", async () => {
  const folder = await startRun();
  const first = await stopRun(folder, "stop", { timeoutMs: 0 });
  expect(first).toMatchObject({ asked: true, ended: false });
  while (!statusOf(folder).stopping) await new Promise((resolve) => setTimeout(resolve, 5));
  const result = await stopRun(folder, "stop");
  expect(result).toMatchObject({ asked: true, ended: true, run: { state: "interrupted" } });
  expect(result.checkpoint).toBe(join(folder, "checkpoints/checkpoint-10"));
  expect(statusOf(folder).asked).toBe(1);
});

it("cancels at once, and says so where the process no longer can", async () => {
  const folder = await startRun();
  const result = await stopRun(folder, "cancel");
  expect(result).toMatchObject({ asked: true, ended: true, run: { state: "interrupted" } });
  expect(statusOf(folder)).toMatchObject({ state: "interrupted", error: expect.stringContaining("Cancelled") });
});

it("leaves a run alone that has ended, has died, or whose process is another's now", async () => {
  const start = { process_start: "1" };
  const gone = writeRun(join(root, "gone"), { status: await livingStatus(start) });
  // This process is the one that would be ended.
  expect(await stopRun(gone, "cancel")).toMatchObject({ asked: false, ended: true, run: { state: "dead" } });
  const done = writeRun(join(root, "done"), { status: await livingStatus({ ...start, state: "done" }) });
  expect(await stopRun(done, "stop")).toMatchObject({ asked: false, ended: true, run: { state: "done" } });
});

it("does not reach for another machine's process", async () => {
  const folder = writeRun(join(root, "far"), { status: await livingStatus({ host: `${hostname()}-other` }) });
  await expect(stopRun(folder, "stop")).rejects.toThrow(/can be ended only there, by kill -TERM/);
  await expect(stopRun(join(root, "absent"), "stop")).rejects.toThrow(/holds no run/);
});
