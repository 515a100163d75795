import type { Config } from "../config/index.js";
import { checkedPipeline, checkGold, createPipeline, dataOptions, type RunQuery } from "../data/index.js";
import type { DataPipeline, Dataset } from "../data/types.js";
import { createDatabasePool } from "../database/index.js";
import { resolveDataset } from "../hub/index.js";
import type { NativeInfo } from "../native/types.js";
import { createPromptProgram } from "../prompt/create-prompt-program.js";
import { serializeSchema } from "../schema/index.js";
import type { BaseModel } from "./base-model.js";
import { checkpointingOf } from "./begin-training.js";
import type { LoraSites } from "./lora-sites.js";
import type { MicroBatchChoice } from "./micro-batch-choice.js";
import { createRowEncoder } from "./row-encoder.js";
import { planSteps, type StepPlanning } from "./step-plan.js";
import type { RunSetting } from "./trainer-state.js";
import { encodeDataset, type TrainingData } from "./training-data.js";

/** A run before its first step: its rows as ids and its steps. */
export interface RunData {
  dataset: Dataset;
  data: TrainingData;
  planning: StepPlanning;
  /** What the prompt program has to say: no chat template, no system role. */
  promptNotes: readonly string[];
}

/**
 * Reads the config's data source, or the given one, and leaves out the rows whose gold query does not run on its
 * database (with data.strict they are an error).
 */
export async function readDataset(config: Config, pipeline?: DataPipeline, signal?: AbortSignal): Promise<Dataset> {
  const settings = { seed: config.project.seed, baseDir: process.cwd(), resolveDataset };
  const source = pipeline
    ? checkedPipeline(pipeline, "the given pipeline")
    : await createPipeline(dataOptions(config.data, settings));
  const dataset = await source.prepare();
  signal?.throwIfAborted();
  if (dataset.databases.size === 0) return dataset;
  await using pool = createDatabasePool();
  // Whether a query runs shows in its first row; the rest of a large result is not fetched.
  const run: RunQuery = (file, sql) => pool.query(file, sql, { maxRows: 1, signal });
  return await checkGold(dataset, run, { strict: config.data.strict, signal });
}

/** Writes and tokenises the prompts, and plans the steps. */
export async function prepareRunData(
  config: Config,
  base: Pick<BaseModel, "tokenizer">,
  dataset: Dataset,
  signal?: AbortSignal,
): Promise<RunData> {
  const program = createPromptProgram({
    name: config.data.prompt,
    tokenizer: base.tokenizer,
    schemaFormat: config.data.schema_format,
    serializeSchema: (schema) => serializeSchema(schema, config.data.schema_format),
    system: config.data.system_prompt ?? undefined,
  });
  const encoder = createRowEncoder(program, base.tokenizer, dataset.schemas);
  const data = await encodeDataset(dataset, encoder, {
    maxSeqLength: config.model.max_seq_length,
    signal,
  });
  return { dataset, data, planning: planSteps(config, data.train), promptNotes: program.notes };
}

/** What a later session is compared with before it goes on with this run. */
export function describeSetting(
  config: Config,
  base: BaseModel,
  sites: LoraSites,
  { dataset, data, planning }: RunData,
  facts: { baseHash: string; info: NativeInfo; microBatch: MicroBatchChoice | null },
): RunSetting {
  const { training, lora, project } = config;
  const { info } = facts;
  return {
    dataChecksums: dataset.checksums,
    rowsChecksum: data.checksum,
    baseName: base.source.name,
    baseHash: facts.baseHash,
    loraModules: sites.spec.modules.map(({ name, r }) => `${name} ${r}`),
    microBatch: facts.microBatch,
    exactness: {
      threads: info.threads,
      torch: info.torchRuntime,
      "cpu capability": info.cpuCapability,
      device: base.device,
      "weights' precision": base.dtype,
      "compute precision": base.computeDtype,
      steps: planning.steps,
      "warm-up steps": planning.warmupSteps,
      "rows per step": planning.rowsPerStep,
      "rows per micro-batch": planning.trainLimit.rows,
      "tokens per micro-batch": planning.trainLimit.tokens,
      "project.seed": project.seed,
      "data.shuffle_schema": config.data.shuffle_schema,
      "lora.lora_alpha": lora.lora_alpha,
      "lora.lora_dropout": lora.lora_dropout,
      "lora.use_rslora": lora.use_rslora,
      ...pick(training, [
        "questions_per_group",
        "learning_rate",
        "lr_scheduler_type",
        "weight_decay",
        "adam_beta1",
        "adam_beta2",
        "adam_epsilon",
        "max_grad_norm",
      ]),
      "training.gradient_checkpointing": checkpointingOf(training),
    },
  };
}

function pick<K extends keyof Config["training"]>(training: Config["training"], keys: readonly K[]) {
  return Object.fromEntries(keys.map((key) => [`training.${key}`, training[key]]));
}
