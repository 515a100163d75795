import { basename, join } from "node:path";
import { ADAPTER_WEIGHTS } from "../adapter/index.js";
import type { Config } from "../config/index.js";
import { loadModel, type Model } from "../model/index.js";
import { writeFileAtomic } from "../observe/atomic-file.js";
import { rewindMetricsFile } from "../observe/metrics-file.js";
import { createTrackers } from "../observe/trackers/create-trackers.js";
import type { TrackedRun } from "../observe/trackers/tracker.js";
import { type AdapterIdentity, identifyAdapter } from "./adapter-writer.js";
import { openBase } from "./base-model.js";
import type { MicroBatchLimit } from "./batch.js";
import { checkpointingOf, optimizerSpec } from "./begin-training.js";
import { calibrationQuestions, describeCalibration } from "./calibrate.js";
import { type Checkpoint, OPTIMIZER_FILE } from "./checkpoint.js";
import { createDownloadNotes } from "./download-notes.js";
import { describeGeneration, type GenerationPlan, planGeneration } from "./generation-plan.js";
import { loadOptions } from "./load-options.js";
import { chooseLoraSites, type LoraSites } from "./lora-sites.js";
import { chooseMicroBatch, limitOfRun, type MicroBatchChoice } from "./micro-batch-choice.js";
import { collectVersions } from "./report.js";
import { checkResume } from "./resume.js";
import { findResumePoint, rewindRunFolder } from "./resume-point.js";
import { describeSetting, prepareRunData, type RunData, readDataset } from "./run-data.js";
import { describeRunFacts } from "./run-facts.js";
import { answersFile } from "./run-folder.js";
import type { TrainJob } from "./train-job.js";
import { continueState, initialState, type TrainerState } from "./trainer-state.js";

/** A run that is ready for its next step. */
export interface ReadyRun extends RunData {
  model: Model;
  sites: LoraSites;
  /** Null where nothing is generated. */
  generation: GenerationPlan | null;
  identity: AdapterIdentity;
  state: TrainerState;
}

/** Data first, then the weights: what is wrong with the data shows before gigabytes are loaded. */
export async function setUp({ config, options, folder, events }: TrainJob): Promise<ReadyRun> {
  const { signal } = options;
  const resume = await findResumePoint(folder, options.resume ?? false);
  const dataset = await readDataset(config, options.pipeline, signal);
  signal?.throwIfAborted();
  const onProgress = createDownloadNotes(config.model.name, events.emit);
  const auto = config.training.micro_batch_tokens === "auto";
  const saved = auto ? resume.checkpoint?.state.setting : undefined;
  const measured = auto && !saved ? await measure() : null;
  const limit = saved ? limitOfRun(saved) : measured && { tokens: measured.choice.tokens, rows: null };
  const microBatch = saved?.microBatch ?? measured?.choice ?? null;
  const model = await loadModel(config.model.name, { ...loadOptions(config), signal, onProgress });
  try {
    const prepared = measured?.run ?? (await prepareRunData(config, model, dataset, signal));
    const data = { ...prepared, planning: { ...prepared.planning, trainLimit: limit ?? prepared.planning.trainLimit } };
    const generation = await planGeneration(config, dataset, data.data.validationExamples);
    const sites = chooseLoraSites(config.lora, config.project.seed, model.decoderConfig);
    const info = model.addon.info();
    const baseHash = await model.weightsHash(signal);
    const setting = describeSetting(config, model, sites, data, { baseHash, info, microBatch });
    const { checkpoint } = resume;
    const inexact = checkpoint ? checkResume(checkpoint.state.setting, setting, { force: options.force === true }) : [];

    await startTraining(config, model, sites, checkpoint);
    // Nothing of an earlier run is touched before all of the above went well.
    const lost = await rewindRunFolder(folder, checkpoint);
    if (checkpoint) await rewindMetricsFile(folder.metricsFile, checkpoint.state.step);
    const facts = describeRunFacts(config, model, sites, data);
    const run = { config, versions: collectVersions(info), seed: config.project.seed, setting, facts };
    await writeFileAtomic(folder.runFile, `${JSON.stringify(run, null, 2)}\n`, { durable: true });
    const tracked: TrackedRun = {
      folder: folder.path,
      name: basename(folder.path),
      project: config.project.name,
      config,
      versions: run.versions,
      step: checkpoint?.state.step ?? 0,
      answersFile: (step) => answersFile(folder, step),
    };
    events.openFiles(folder, createTrackers(config.training.report_to, tracked));
    const kept = saved ? [describeKept(data.planning.trainLimit)] : [];
    const generated = describeGeneration(generation, config, data.planning.steps);
    const calibrated = describeCalibration(calibrationQuestions(config, dataset, data.data.validationExamples), config);
    const notes = [
      ...[...resume.notes, ...kept, ...dataset.notes, ...data.promptNotes, describeModel(model, sites)],
      ...[generated, calibrated].filter((note) => note !== null),
    ];
    for (const message of notes) events.emit({ event: "note", message });
    const warnings = [
      ...resume.warnings,
      ...model.warnings,
      ...inexact,
      ...lost,
      ...tooLong(data),
      ...(generation?.warnings ?? []),
    ];
    for (const message of warnings) events.emit({ event: "warning", message });
    return {
      ...data,
      model,
      sites,
      generation,
      identity: identifyAdapter(config, model, sites, { weightsHash: baseHash, rows: data.data.train.length }),
      state: checkpoint ? continueState(checkpoint.state, setting) : initialState(setting),
    };
  } catch (error) {
    model.dispose();
    throw error;
  }

  /** Before the weights are loaded: the probes' processes find the memory that the run will find. */
  async function measure(): Promise<{ run: RunData; choice: MicroBatchChoice }> {
    const base = await openBase(config, { signal, onProgress });
    const run = await prepareRunData(config, base, dataset, signal);
    const sites = chooseLoraSites(config.lora, config.project.seed, base.decoderConfig);
    return { run, choice: await chooseMicroBatch({ config, base, sites, run }, { signal, emit: events.emit }) };
  }
}

async function startTraining(config: Config, model: Model, sites: LoraSites, checkpoint: Checkpoint | null) {
  await model.native.addLora(sites.spec);
  if (checkpoint) await model.native.loadLora(join(checkpoint.path, ADAPTER_WEIGHTS));
  await model.native.beginTraining(optimizerSpec(config.training), checkpointingOf(config.training));
  if (checkpoint) await model.native.loadOptimizer(join(checkpoint.path, OPTIMIZER_FILE));
}

function describeKept({ tokens, rows }: MicroBatchLimit): string {
  const size = tokens === null ? `${rows} rows` : `${tokens} tokens`;
  return `micro_batch_tokens: auto keeps the size that this run began with, ${size}`;
}

function describeModel({ source, device, dtype, computeDtype, parameterCount }: Model, sites: LoraSites): string {
  const [trainable, all] = [sites.trainableParameters, parameterCount + sites.trainableParameters].map((value) =>
    value.toLocaleString("en-US"),
  );
  return (
    `${source.name} on ${device}, weights ${dtype}, products ${computeDtype}: ` +
    `${trainable} trainable of ${all} parameters`
  );
}

/** The source's own dropped rows are in its notes. */
function tooLong({ dataset, data }: RunData): string[] {
  const rows = data.dropped.slice(dataset.dropped.length);
  if (rows.length === 0) return [];
  const shown = rows.slice(0, 5).map(({ id, reason }) => `${id} (${reason})`);
  const more = rows.length > shown.length ? ` and ${rows.length - shown.length} more` : "";
  return [`${rows.length} rows are too long and were dropped: ${shown.join(", ")}${more}; report.json names them all`];
}
