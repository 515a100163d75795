import type { Config } from "../config/index.js";
import { SqltuneError } from "../errors.js";
import { formatBytes } from "../hub/index.js";
import { availableMemory } from "./available-memory.js";
import type { BaseModel } from "./base-model.js";
import type { MicroBatchLimit } from "./batch.js";
import { checkpointingOf, optimizerSpec } from "./begin-training.js";
import { availableDeviceMemory } from "./device-memory.js";
import type { LoraSites } from "./lora-sites.js";
import { predictExcess, ruleOut, type SearchCandidate, searchMicroBatch } from "./micro-batch-search.js";
import type { MicroBatchMeasurement, PlanMemory, PlanProbe } from "./plan-report.js";
import { chooseProbeBatches, lengthOf, type ProbeBatches, warmUpBatch } from "./probe-batches.js";
import { runProbe } from "./probe-process.js";
import type { ProbeJob, ProbeResult } from "./probe-protocol.js";
import type { RunData } from "./run-data.js";

/** A CPU gains nothing beyond a few thousand tokens; a GPU does. */
const SIZES = [512, 1024, 2048, 3072, 4096, 6144, 8192, 12288, 16384, 24576, 32768, 49152, 65536];
/** Left free: what another order of tables, an evaluation and the rest of the machine may need. */
const MARGIN = 0.12;

/** A run that stands ready but for its weights. */
export interface MeasurementSubject {
  config: Config;
  base: BaseModel;
  sites: LoraSites;
  run: Pick<RunData, "data" | "planning">;
}

/** A subject, and the memory there was when the measuring began. */
export interface Measurement extends MeasurementSubject {
  memory: PlanMemory;
  signal?: AbortSignal;
}

/** Says what memory there is before the first probe takes any. */
export async function beginMeasurement(subject: MeasurementSubject, signal?: AbortSignal): Promise<Measurement> {
  const { bytes, source } = await availableMemory();
  const device = await availableDeviceMemory(subject.base.device);
  const usable = (available: number) => Math.floor(available * (1 - MARGIN));
  const memory: PlanMemory = {
    available: bytes,
    source,
    usable: usable(bytes),
    device_available: device,
    device_usable: device === null ? null : usable(device),
  };
  return { ...subject, memory, signal };
}

/**
 * Tries sizes of micro-batches, each in a process of its own.
 * @throws SqltuneError when not even the smallest fits.
 */
export async function measureMicroBatches(
  measurement: Measurement,
  onProbe?: (probe: PlanProbe) => void,
): Promise<MicroBatchMeasurement> {
  const { memory } = measurement;
  const { best, probes, reason, largest_fitting } = await searchMicroBatch({
    candidates: candidatesOf(measurement),
    memory,
    measure: ({ batches }) => measureLimit(measurement, batches),
    onProbe,
  });
  const tokens = best?.micro_batch_tokens;
  if (!best || !tokens) throw nothingFits(measurement, probes);
  return { memory, probes, recommended: { ...best, micro_batch_tokens: tokens }, reason, largest_fitting };
}

/** The config's own size, where it names one; one that was tried already, or surely does not fit, is not tried. */
export async function measureConfigured(
  measurement: Measurement,
  probes: readonly PlanProbe[],
): Promise<PlanProbe | null> {
  const { config, run, memory } = measurement;
  if (config.training.micro_batch_tokens === "auto") return null;
  const limit = run.planning.trainLimit;
  const known = probes.find((probe) => probe.micro_batch_tokens !== null && probe.micro_batch_tokens === limit.tokens);
  if (known) return known;
  const batches = batchesOf(measurement, limit);
  const excess = predictExcess(probes, lengthOf(batches.longest), memory);
  if (excess !== null) return ruleOut({ ...limit, longest: lengthOf(batches.longest) }, excess);
  return await measureLimit(measurement, batches);
}

type Candidate = SearchCandidate & { batches: ProbeBatches };

/** Sizes up to the one that holds every step whole; one that packs as the one before it is left out. */
function* candidatesOf(measurement: Measurement): Generator<Candidate> {
  const step = lengthOf(batchesOf(measurement, { tokens: null, rows: null }).longest);
  let before: ProbeBatches | null = null;
  for (const tokens of SIZES) {
    const batches = batchesOf(measurement, { tokens, rows: null });
    const longest = lengthOf(batches.longest);
    const same = batches.packedPerEpoch === before?.packedPerEpoch && longest === lengthOf(before.longest);
    before = batches;
    if (!same) yield { tokens, longest, wholeStep: tokens >= step, batches };
    if (tokens >= step) return;
  }
}

function batchesOf({ config, run }: Measurement, limit: MicroBatchLimit): ProbeBatches {
  const questionsPerGroup = config.training.questions_per_group;
  return chooseProbeBatches(run.data, run.planning, { limit, questionsPerGroup });
}

async function measureLimit(measurement: Measurement, batches: ProbeBatches): Promise<PlanProbe> {
  const { memory, run } = measurement;
  const { tokens, rows } = batches.limit;
  const longest = lengthOf(batches.longest);
  const outcome = await runProbe(probeJob(measurement, batches), measurement.signal);
  if (!outcome.fits) return ruleOut({ tokens, rows, longest }, outcome.reason);
  const { peak } = outcome.result;
  const epochs = run.planning.steps / run.planning.sampler.stepsPerEpoch;
  const seconds = secondsToFinish(outcome.result, batches, { epochs, steps: run.planning.steps });
  const excess = excessOf(peak, memory);
  return {
    micro_batch_tokens: tokens,
    rows,
    longest_tokens: longest,
    fits: excess === null,
    reason: excess,
    peak_memory: peak,
    tokens_per_s: (epochs * batches.unpackedPerEpoch) / seconds.typical,
    packed_tokens_per_s: (epochs * batches.packedPerEpoch) / seconds.typical,
    seconds_to_finish: seconds,
  };
}

function probeJob({ config, base, sites, run, memory }: Measurement, batches: ProbeBatches): ProbeJob {
  return {
    model: {
      config: base.decoderConfig,
      files: base.source.weightFiles,
      device: base.device,
      dtype: base.dtype,
      computeDtype: base.computeDtype,
    },
    lora: sites.spec,
    optimizer: optimizerSpec(config.training),
    checkpointing: checkpointingOf(config.training),
    threads: config.training.threads,
    learningRate: config.training.learning_rate,
    warmUp: warmUpBatch(run.data.train).batch,
    typical: batches.typical.batch,
    longest: batches.longest.batch,
    memoryLimit: memory.usable,
  };
}

/** All passes at the rate of one micro-batch, and an update a step. */
function secondsToFinish(
  result: ProbeResult,
  { typical, longest, packedPerEpoch }: ProbeBatches,
  { epochs, steps }: { epochs: number; steps: number },
): { typical: number; longest: number } {
  const like = (tokens: number, pass: number) =>
    (epochs * packedPerEpoch * pass) / tokens + steps * result.typical.step;
  return {
    typical: like(lengthOf(typical), result.typical.forwardBackward),
    longest: like(lengthOf(longest), result.longest.forwardBackward),
  };
}

function excessOf(peak: ProbeResult["peak"], { usable, device_usable: deviceUsable }: PlanMemory): string | null {
  if (peak.process > usable) return `it took ${formatBytes(peak.process)}, ${formatBytes(usable)} may be used`;
  if (deviceUsable === null || peak.device <= deviceUsable) return null;
  return `it took ${formatBytes(peak.device)} of the device's memory, ${formatBytes(deviceUsable)} may be used`;
}

function nothingFits({ config, memory }: Measurement, [probe]: readonly PlanProbe[]): SqltuneError {
  const mode = checkpointingOf(config.training);
  const less = { none: "selective, or block", selective: "block", block: null }[mode];
  const fixes = [
    ...(less ? [`set training.gradient_checkpointing: ${less}`] : []),
    "lower model.max_seq_length (longer rows are dropped)",
    "take a smaller model",
    "end other programs",
  ];
  return new SqltuneError(
    `Training does not fit into memory: a micro-batch of ${probe?.longest_tokens.toLocaleString("en-US")} tokens, the ` +
      `smallest that this data allows, was tried, and ${probe?.reason}. ${formatBytes(memory.available)} are available ` +
      `(${memory.source}), ${formatBytes(memory.usable)} of them may be used. To make it fit: ${fixes.join("; ")}.`,
    { code: "ERR_SQLTUNE_OOM" },
  );
}
