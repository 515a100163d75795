import { writeFileSync } from "node:fs";
import { loadAddon } from "../native/load.js";
import type { NativeModel, PackedBatch } from "../native/types.js";
import type { ProbeJob, ProbeMessage, ProbeResult, ProbeTiming } from "./probe-protocol.js";

/**
 * A process of its own for one probe, so that its peak memory is the probe's alone and a kill takes nothing with it.
 * Two optimizer steps of a fresh LoRA: a typical micro-batch, then the longest, which also finds the optimizer's moments
 * in memory. Nothing is written.
 */
const GUARD_MS = 20;

// The parent answers Ctrl-C, which reaches the whole process group, and ends this process itself.
process.on("SIGINT", () => {});
process.on("disconnect", () => process.kill(process.pid, "SIGKILL"));
process.once("message", (job: ProbeJob) => void run(job));

async function run(job: ProbeJob): Promise<void> {
  preferForKilling();
  // The computing thread is the addon's: this one is free to look. A kill from here, before memory is short, spares
  // whatever else the system's own killer might have chosen.
  const guard = setInterval(() => {
    const resident = process.memoryUsage.rss();
    if (resident <= job.memoryLimit) return;
    clearInterval(guard);
    send({ over: resident }, () => process.kill(process.pid, "SIGKILL"));
  }, GUARD_MS);
  try {
    const done = await probe(job);
    clearInterval(guard);
    send({ done }, () => process.exit(0));
  } catch (error) {
    clearInterval(guard);
    const { name, message, code, nativeStack } = error as Error & { code?: string; nativeStack?: string };
    send({ error: { name, message, code, nativeStack } }, () => process.exit(1));
  }
}

async function probe(job: ProbeJob): Promise<ProbeResult> {
  const addon = loadAddon();
  if (job.threads !== null) addon.setThreads(job.threads);
  const model = await addon.loadModel(job.model);
  await model.addLora(job.lora);
  await model.beginTraining(job.optimizer, job.checkpointing);
  await model.forwardBackward(job.warmUp, 0);
  await model.zeroGrad();
  const typical = await time(model, job.typical, job.learningRate, 1);
  const longest = await time(model, job.longest, job.learningRate, 2);
  const peak = addon.peakMemory();
  model.dispose();
  return { typical, longest, peak };
}

async function time(model: NativeModel, batch: PackedBatch, learningRate: number, seed: number): Promise<ProbeTiming> {
  const started = performance.now();
  await model.forwardBackward(batch, seed);
  const computed = performance.now();
  await model.step(learningRate);
  const ended = performance.now();
  return { forwardBackward: (computed - started) / 1000, step: (ended - computed) / 1000 };
}

/** Should the system run out of memory all the same, it ends this process first (proc(5), oom_score_adj). */
function preferForKilling(): void {
  if (process.platform !== "linux") return;
  try {
    writeFileSync("/proc/self/oom_score_adj", "1000");
  } catch {
    // Not allowed here: the probe runs as any other process.
  }
}

function send(message: ProbeMessage, then: () => void): void {
  if (process.connected) process.send?.(message, then);
}
