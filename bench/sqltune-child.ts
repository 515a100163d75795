/** One training of sqltune in a process of its own, so that its peak of memory is its own: JOB.json RESULT.json. */
import { readFileSync, writeFileSync } from "node:fs";
import { readAdapterFolder } from "../src/adapter/index.js";
import { loadModel, type Model } from "../src/model/index.js";
import { runLoop } from "../src/train/loop.js";
import type { Sampler } from "../src/train/sampler.js";
import { initialState } from "../src/train/trainer-state.js";
import type { DataRow, TrainingData } from "../src/train/training-data.js";
import type { MemoryReading, SqltuneJob, SqltuneResult } from "./job.js";
import { peakBytes, residentBytes, startPeak } from "./process-memory.js";
import { encodeSpider, readSpider } from "./spider-rows.js";

async function main([jobFile, resultFile]: string[]): Promise<void> {
  const job = JSON.parse(readFileSync(jobFile!, "utf8")) as SqltuneJob;
  const { device, dtype, threads } = job;
  const model = await loadModel(job.model, { device, dtype, computeDtype: dtype, threads: threads ?? undefined });
  const data = await encodeRows(job, model);
  await startTraining(job, model);
  await touchWeights(model, data.train[0]!);
  const loaded = device === "cuda" ? model.addon.peakMemory().device : residentBytes();
  startPeak();
  const run = await trainSteps(job, model, data);
  const memory: MemoryReading = {
    loaded,
    peak: device === "cuda" ? model.addon.peakMemory().device : peakBytes(),
  };
  const result: SqltuneResult = { ...run, memory };
  writeFileSync(resultFile!, JSON.stringify(result));
  model.dispose();
}

async function encodeRows(job: SqltuneJob, model: Model): Promise<TrainingData> {
  const spider = await readSpider(job.spider);
  const wanted = new Set(job.steps.flat(2));
  const examples = spider.examples.filter(({ id }) => wanted.has(id));
  return encodeSpider(spider, examples, model.tokenizer, job.schemaFormat);
}

async function startTraining(job: SqltuneJob, { native }: Model): Promise<void> {
  const adapter = await readAdapterFolder(job.adapter);
  const modules = adapter.modules.map(({ name, r, scaling }) => ({ name, r, scaling }));
  await native.addLora({ modules, dropout: job.dropout, seed: job.seed });
  await native.loadLora(adapter.weightsFile);
  const optimizer = { beta1: 0.9, beta2: 0.999, eps: 1e-8, weightDecay: 0, maxGradNorm: job.maxGradNorm };
  await native.beginTraining(optimizer, job.checkpointing);
}

/** A pass over a few tokens touches every weight: what is in memory then is the model, whatever was mapped. */
async function touchWeights({ native }: Model, { schema }: DataRow): Promise<void> {
  const tokens = schema.slice(0, 8);
  const labels = Int32Array.from(tokens, (token, i) => (i === tokens.length - 1 ? token : -100));
  const one = Int32Array.of(1);
  await native.evaluate({
    ...{ tokens, labels, prefixLengths: Int32Array.of(0), branchCounts: one },
    branchLengths: Int32Array.of(tokens.length),
  });
}

/** The loop that `sqltune train` runs, on the job's rows. */
async function trainSteps(job: SqltuneJob, model: Model, data: TrainingData): Promise<Omit<SqltuneResult, "memory">> {
  const result = { seconds: [] as number[], losses: [] as number[], tokens: [] as number[] };
  const state = initialState({
    ...{ dataChecksums: {}, rowsChecksum: data.checksum, baseName: job.model, baseHash: "", loraModules: [] },
    microBatch: null,
    exactness: {},
  });
  let before = 0;
  await runLoop({
    native: model.native,
    state,
    steps: job.steps.length,
    sampler: plannedSampler(job.steps, data.train),
    encodeGroup: data.encodeGroup,
    limit: job.microBatch,
    evaluation: [],
    learningRate: () => job.learningRate,
    seed: job.seed,
    loggingSteps: 1,
    evalSteps: null,
    saveSteps: null,
    best: { metric: "eval_loss", patience: null, threshold: 0 },
    save: async () => {},
    emit(event) {
      if (event.event !== "train") return;
      result.seconds.push(state.total.seconds - before);
      before = state.total.seconds;
      result.losses.push(event.loss);
      result.tokens.push(event.tokens);
    },
    onPhase: () => {},
    abort: model.addon.createAbort(),
    signal: new AbortController().signal,
  });
  return result;
}

/** The steps of the job in their order; the cursor's row counts steps. */
function plannedSampler(steps: SqltuneJob["steps"], rows: readonly DataRow[]): Sampler {
  const indexOf = new Map(rows.map(({ id }, index) => [id, index]));
  return {
    stepsPerEpoch: steps.length,
    stepAt: ({ row }) => ({
      epoch: 0,
      groups: steps[row]!.map((group) => ({ rows: group.map((id) => indexOf.get(id)!), schemaSeed: null })),
      next: { epoch: 0, row: row + 1 },
    }),
  };
}

await main(process.argv.slice(2));
