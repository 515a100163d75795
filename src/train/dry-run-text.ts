import { stringify } from "yaml";
import type { DryRun, RenderedPrompt } from "./dry-run-plan.js";
import type { TokenStatistics } from "./token-statistics.js";

/** A dry run for people: config, model, data, steps, memory, and prompts with what is learned between ⟦ and ⟧. */
export function describeDryRun(plan: Omit<DryRun, "lines">): string[] {
  const { model, packing, rows, steps, memory } = plan;
  const saved = 100 * (1 - packing.packed / packing.unpacked);
  return [
    "# Config",
    ...stringify(plan.config).trimEnd().split("\n"),
    "",
    "# Model",
    `${model.name} on ${model.device}: weights ${model.dtype}, products ${model.compute_dtype}`,
    `${count(model.trainable_parameters)} trainable of ${count(model.parameters)} parameters`,
    "",
    "# Data",
    `rows: ${count(rows.train)} training, ${count(rows.validation)} validation, ${count(rows.test)} test`,
    ...plan.notes,
    ...describeDropped(plan),
    `tokens of a training row: ${describeTokens(plan.tokens.train)}`,
    ...(rows.validation > 0 ? [`tokens of a validation row: ${describeTokens(plan.tokens.validation)}`] : []),
    `an epoch: ${count(packing.unpacked)} tokens, ${count(packing.packed)} computed with shared schemas ` +
      `(${saved.toFixed(0)} % fewer), in ${count(packing.microBatches)} micro-batches`,
    ...(plan.config.training.micro_batch_tokens === "auto"
      ? [
          "micro_batch_tokens: auto is measured when training starts (sqltune plan does it now); micro-batches and memory " +
            `here are those of ${plan.config.training.per_device_train_batch_size} rows`,
        ]
      : []),
    "",
    "# Steps",
    `${count(steps.total)} steps of ${steps.rows_per_step} rows, ${count(steps.per_epoch)} an epoch, ${steps.warmup} of warm-up`,
    "",
    "# Memory (estimate)",
    `${bytes(memory.total)}: weights ${bytes(memory.weights)}, adapter and optimizer ${bytes(memory.adapter)}, ` +
      `activations ${bytes(memory.activations)} (largest micro-batch: ${count(packing.largestMicroBatch)} tokens)`,
    "",
    "# Prompts (what is learned stands between ⟦ and ⟧)",
    ...plan.prompts.flatMap(describePrompt),
  ];
}

function describePrompt({ id, prompt, answer, tokens }: RenderedPrompt): string[] {
  const { schema, question } = tokens;
  return [
    `--- ${id}: ${schema} schema + ${question} question + ${tokens.answer} answer tokens`,
    ...`${prompt}⟦${answer}⟧`.split("\n"),
    "",
  ];
}

function describeDropped({ dropped }: Pick<DryRun, "dropped">): string[] {
  if (dropped.length === 0) return [];
  return [`dropped rows: ${count(dropped.length)}`, ...dropped.map(({ id, reason }) => `  ${id}: ${reason}`)];
}

function describeTokens(tokens: TokenStatistics): string {
  const learned = ((100 * tokens.labelled) / tokens.total).toFixed(1);
  return (
    `shortest ${tokens.shortest}, median ${tokens.median}, 95 % under ${tokens.percentile95 + 1}, ` +
    `longest ${tokens.longest}; ${learned} % are learned`
  );
}

function count(value: number): string {
  return value.toLocaleString("en-US");
}

function bytes(value: number): string {
  return value < 2 ** 30 ? `${(value / 2 ** 20).toFixed(1)} MiB` : `${(value / 2 ** 30).toFixed(2)} GiB`;
}
