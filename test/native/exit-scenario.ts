// The program that exit.test.ts runs: it trains a tiny model, or generates with it in overlapping calls, without end and
// leaves in one of the ways in which a process, or a worker in it, can end.
import { once } from "node:events";
import { parentPort, Worker } from "node:worker_threads";
import { loadAddon } from "../../src/native/load.js";
import { writeTinyModel } from "./tiny-model.js";
import { trainable, trainingBatch } from "./training-batch.js";

const [named, folder] = process.argv.slice(2) as [string, string];
const generates = named.startsWith("generate-");
const scenario = named.replace("generate-", "");
const batch = trainingBatch(8, 64);

/** Resolves once training runs; from then on there is always one call running and others queued. */
async function startTraining(): Promise<void> {
  const model = await trainable(loadAddon(), folder);
  await model.forwardBackward(batch, 0);
  const lanes = [1, 2, 3].map(async (lane) => {
    for (let i = 0; ; i++) {
      await model.forwardBackward(batch, lane * 1e6 + i);
      await model.step(1e-4);
    }
  });
  // Calls that an exit cuts off never settle; any other failure is a fault.
  for (const endless of lanes) endless.catch((error: unknown) => process.stderr.write(`${error}\n`));
}

/** Resolves with the first token; from then on calls overlap and others begin all the time. */
async function startGenerating(): Promise<void> {
  const addon = loadAddon();
  const model = await addon.loadModel(writeTinyModel(folder, { config: { headDim: 16, maxPositionEmbeddings: 4096 } }));
  const sampling = { maxNewTokens: 200, temperature: 1, topP: 1, repetitionPenalty: 1, stopIds: new Int32Array() };
  await new Promise<void>((resolve) => {
    const lanes = [1, 2, 3].map(async (lane) => {
      for (let i = 0; ; i++) await model.generate(batch, { ...sampling, seed: lane * 1e6 + i }, () => resolve());
    });
    for (const endless of lanes) endless.catch((error: unknown) => process.stderr.write(`${error}\n`));
  });
}

/** Ends a worker that computes. */
async function terminateWorker(): Promise<void> {
  const argv = [generates ? "generate-worker" : "worker", `${folder}-worker`];
  const worker = new Worker(new URL("./exit-child.mjs", import.meta.url), { argv });
  const failed = once(worker, "error").then(([error]) => Promise.reject(error));
  await Promise.race([once(worker, "message"), failed]);
  await worker.terminate();
}

async function run(): Promise<void> {
  if (scenario === "terminate") return terminateWorker();
  if (scenario === "survive") {
    const model = await trainable(loadAddon(), folder);
    await terminateWorker();
    const { tokens } = await model.forwardBackward(batch, 1);
    process.exit(tokens === 8 * 63 ? 0 : 1);
  }
  if (scenario === "success") {
    const model = await trainable(loadAddon(), folder);
    await model.forwardBackward(batch, 1);
    await model.step(1e-4);
    return;
  }
  await (generates ? startGenerating() : startTraining());
  if (scenario === "throw") throw new Error("thrown on purpose");
  if (scenario === "exit") process.exit(7);
  if (scenario === "sigint") process.stdout.write("training\n");
  if (scenario === "worker") parentPort!.postMessage("training");
}

await run();
