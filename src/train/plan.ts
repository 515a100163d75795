import { type ConfigInput, resolveConfig } from "../config/index.js";
import type { DataPipeline } from "../data/types.js";
import type { OnEvent } from "../observe/events.js";
import { openBase } from "./base-model.js";
import { createDownloadNotes } from "./download-notes.js";
import { describeGeneration, planGeneration } from "./generation-plan.js";
import { chooseLoraSites } from "./lora-sites.js";
import { countParameters } from "./memory-estimate.js";
import { beginMeasurement, measureConfigured, measureMicroBatches } from "./micro-batch-measurement.js";
import type { PlanReport } from "./plan-report.js";
import { describePlan, describeProbe } from "./plan-text.js";
import { prepareRunData, readDataset } from "./run-data.js";

export interface PlanOptions {
  /** Takes the place of the config's data source. */
  pipeline?: DataPipeline;
  /** Ends the probes' processes; `plan` rejects with the signal's reason. */
  signal?: AbortSignal;
  /** Hears notes: a download, and each size as it is measured. */
  onEvent?: OnEvent;
}

/**
 * Measures what a run of this config would take, and which training.micro_batch_tokens is best on this machine. Data and
 * model are read as `train` reads them. Each size runs two real optimizer steps of a fresh adapter, one with the longest
 * rows, in a process of its own; nothing is written.
 * @returns memory in bytes, tokens/s of the unpacked rows, seconds of the run's training steps, the size to take.
 * @throws SqltuneError for bad input, and when not even the smallest micro-batch fits (ERR_SQLTUNE_OOM).
 */
export async function plan(input: ConfigInput, options: PlanOptions = {}): Promise<PlanReport> {
  const config = resolveConfig(input);
  const { signal, onEvent } = options;
  const note = (message: string) => onEvent?.({ event: "note", message });
  const dataset = await readDataset(config, options.pipeline, signal);
  signal?.throwIfAborted();
  const onProgress = createDownloadNotes(config.model.name, (event) => onEvent?.(event));
  const base = await openBase(config, { signal, onProgress });
  const run = await prepareRunData(config, base, dataset, signal);
  const sites = chooseLoraSites(config.lora, config.project.seed, base.decoderConfig);

  const generation = await planGeneration(config, dataset, run.data.validationExamples);
  const generated = describeGeneration(generation, config, run.planning.steps);
  const notes = [...dataset.notes, ...run.promptNotes, ...base.warnings, ...(generation?.warnings ?? [])];
  if (generated !== null) notes.push(`${generated}: not in the times below, report.json has what it took`);
  for (const line of notes) note(line);
  note("measuring, each size in a process of its own");
  const measurement = await beginMeasurement({ config, base, sites, run }, signal);
  const measured = await measureMicroBatches(measurement, (probe) => note(describeProbe(probe)));
  const configured = await measureConfigured(measurement, measured.probes);

  const { planning, data } = run;
  const report: Omit<PlanReport, "lines"> = {
    ...measured,
    model: {
      name: base.source.name,
      parameters: countParameters(base.decoderConfig) + sites.trainableParameters,
      trainable_parameters: sites.trainableParameters,
      device: base.device,
      dtype: base.dtype,
      compute_dtype: base.computeDtype,
    },
    rows: { train: data.train.length, validation: data.validation.length, test: dataset.test.length },
    steps: {
      total: planning.steps,
      per_epoch: planning.sampler.stepsPerEpoch,
      epochs: planning.steps / planning.sampler.stepsPerEpoch,
      rows_per_step: planning.rowsPerStep,
    },
    configured,
    set: `--set training.micro_batch_tokens=${measured.recommended.micro_batch_tokens}`,
    notes,
  };
  return { ...report, lines: describePlan(report) };
}
