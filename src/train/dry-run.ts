import { type ConfigInput, resolveConfig } from "../config/index.js";
import type { DataPipeline } from "../data/types.js";
import { type BaseModel, openBase } from "./base-model.js";
import type { EncodedRow } from "./batch.js";
import { checkpointingOf } from "./begin-training.js";
import { calibrationQuestions, describeCalibration } from "./calibrate.js";
import type { DryRun, RenderedPrompt } from "./dry-run-plan.js";
import { describeDryRun } from "./dry-run-text.js";
import { describeGeneration, planGeneration } from "./generation-plan.js";
import { chooseLoraSites } from "./lora-sites.js";
import { countParameters, estimateMemory } from "./memory-estimate.js";
import { prepareRunData, type RunData, readDataset } from "./run-data.js";
import { countPacking, countTokens } from "./token-statistics.js";

const PROMPTS = 5;

/** Reads config, model files and data, and says what `train` would do; loads no weights and writes nothing. */
export async function dryRun(
  input: ConfigInput,
  options: { pipeline?: DataPipeline; signal?: AbortSignal } = {},
): Promise<DryRun> {
  const config = resolveConfig(input);
  const { signal } = options;
  const dataset = await readDataset(config, options.pipeline, signal);
  signal?.throwIfAborted();
  const base = await openBase(config, { signal });
  const run = await prepareRunData(config, base, dataset, signal);
  const { data, planning } = run;
  const sites = chooseLoraSites(config.lora, config.project.seed, base.decoderConfig);
  const generation = await planGeneration(config, dataset, data.validationExamples);
  const generated = describeGeneration(generation, config, planning.steps);
  const calibrated = describeCalibration(calibrationQuestions(config, dataset, data.validationExamples), config);
  const packing = countPacking(data, planning);
  const parameters = countParameters(base.decoderConfig);
  const plan: Omit<DryRun, "lines"> = {
    config,
    model: {
      name: base.source.name,
      parameters: parameters + sites.trainableParameters,
      trainable_parameters: sites.trainableParameters,
      device: base.device,
      dtype: base.dtype,
      compute_dtype: base.computeDtype,
    },
    tokens: { train: countTokens(data.train), validation: countTokens(data.validation) },
    packing,
    rows: { train: data.train.length, validation: data.validation.length, test: dataset.test.length },
    dropped: data.dropped,
    notes: [
      ...[...dataset.notes, ...run.promptNotes, ...base.warnings, ...(generation?.warnings ?? [])],
      ...[generated, calibrated].filter((note) => note !== null),
    ],
    steps: {
      total: planning.steps,
      per_epoch: planning.sampler.stepsPerEpoch,
      warmup: planning.warmupSteps,
      rows_per_step: planning.rowsPerStep,
    },
    memory: estimateMemory({
      config: base.decoderConfig,
      parameterCount: parameters,
      trainableParameters: sites.trainableParameters,
      dtype: base.dtype,
      computeDtype: base.computeDtype,
      tokens: packing.largestMicroBatch,
      checkpointing: checkpointingOf(config.training),
    }),
    prompts: firstRows(run).map((row) => renderPrompt(row, base)),
  };
  return { ...plan, lines: describeDryRun(plan) };
}

/** The first row of each of the first groups, in the order of tables it will be seen in. */
function firstRows({ data, planning }: RunData): EncodedRow[] {
  const rows: EncodedRow[] = [];
  let cursor = { epoch: 0, row: 0 };
  while (rows.length < PROMPTS && cursor.epoch === 0) {
    const plan = planning.sampler.stepAt(cursor);
    for (const group of plan.groups) rows.push(...data.encodeGroup(group.rows.slice(0, 1), group.schemaSeed));
    cursor = plan.next;
  }
  return rows.slice(0, PROMPTS);
}

function renderPrompt(row: EncodedRow, { tokenizer }: BaseModel): RenderedPrompt {
  return {
    id: row.id,
    prompt: tokenizer.decode([...row.schema, ...row.question]),
    answer: tokenizer.decode(row.answer),
    tokens: { schema: row.schema.length, question: row.question.length, answer: row.answer.length },
  };
}
