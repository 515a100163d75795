import { formatBytes } from "../hub/index.js";
import { formatDuration } from "../observe/event-text.js";
import type { PlanProbe, PlanReport } from "./plan-report.js";

/** A plan for people: model, run, memory, a table of the sizes, and the one to take. */
export function describePlan(plan: Omit<PlanReport, "lines">): string[] {
  const { model, rows, steps, memory, recommended, configured } = plan;
  const others = configured && !plan.probes.includes(configured) ? [configured] : [];
  return [
    `${model.name} on ${model.device}: weights ${model.dtype}, products ${model.compute_dtype}, ` +
      `${count(model.trainable_parameters)} trainable of ${count(model.parameters)} parameters`,
    `${count(steps.total)} steps of ${steps.rows_per_step} rows (${count(rows.train)} rows, epochs: ${round(steps.epochs)})`,
    `memory: ${formatBytes(memory.available)} available (${memory.source}), ${formatBytes(memory.usable)} may be used` +
      (memory.device_usable === null ? "" : `; of the device's ${formatBytes(memory.device_usable)}`),
    "",
    ...probeTable([...plan.probes, ...others]),
    "",
    "Peak memory is that of two steps, one of them with the longest rows. Tokens/s are those of the unpacked rows, and",
    "time is that of the training steps: as typical micro-batches take it, and as if all held the longest rows.",
    ...[...plan.probes, ...others].filter(({ fits }) => !fits).map((it) => `${nameOf(it)}: ${it.reason}`),
    "",
    `Take ${count(recommended.micro_batch_tokens)} tokens: ${plan.reason}.`,
    ...(plan.largest_fitting === null
      ? []
      : [`By the measured line about ${count(plan.largest_fitting)} packed tokens would fit.`]),
    ...(configured ? [compare(configured, recommended)] : []),
    `  ${plan.set}`,
  ];
}

/** One size on a line. */
export function describeProbe(probe: PlanProbe): string {
  if (!probe.fits || probe.seconds_to_finish === null) return `${nameOf(probe)}: does not fit: ${probe.reason}`;
  return (
    `${nameOf(probe)}: peak ${peakOf(probe)}, ${rate(probe.tokens_per_s)} tokens/s, ` +
    `${formatDuration(probe.seconds_to_finish.typical)} to finish`
  );
}

function probeTable(probes: readonly PlanProbe[]): string[] {
  const head = ["micro_batch_tokens", "largest", "peak memory", "tokens/s", "computed/s", "to finish", "longest rows"];
  const cells = probes.map((probe) => {
    const seconds = probe.seconds_to_finish;
    return [
      probe.micro_batch_tokens === null ? nameOf(probe) : String(probe.micro_batch_tokens),
      String(probe.longest_tokens),
      peakOf(probe) + (probe.fits ? "" : probe.peak_memory ? " (too much)" : "does not fit"),
      rate(probe.tokens_per_s),
      rate(probe.packed_tokens_per_s),
      seconds ? formatDuration(seconds.typical) : "-",
      seconds ? formatDuration(seconds.longest) : "-",
    ];
  });
  const widths = head.map((title, column) => Math.max(...[head, ...cells].map((row) => (row[column] ?? title).length)));
  return [head, ...cells].map((row) => row.map((cell, i) => cell.padStart(widths[i] as number)).join("   "));
}

function compare(configured: PlanProbe, { seconds_to_finish: recommended }: PlanProbe): string {
  const own = configured.seconds_to_finish;
  if (!configured.fits || !own || !recommended) return `The config's ${nameOf(configured)} do not fit.`;
  const ratio = own.typical / recommended.typical;
  const difference = ratio > 1.03 ? `take ${ratio.toFixed(2)} times as long` : "are as fast";
  return `The config's ${nameOf(configured)} ${difference}.`;
}

function nameOf({ micro_batch_tokens: tokens, rows }: PlanProbe): string {
  return tokens === null ? `${rows} rows` : `${count(tokens)} tokens`;
}

/** The device's peak, where there is one, is what is short there. */
function peakOf({ peak_memory: peak }: PlanProbe): string {
  if (peak === null) return "";
  return peak.device > 0 ? `${formatBytes(peak.device)} (device)` : formatBytes(peak.process);
}

function rate(value: number | null): string {
  return value === null ? "-" : count(Math.round(value));
}

function round(value: number): string {
  return String(Math.round(value * 100) / 100);
}

function count(value: number): string {
  return value.toLocaleString("en-US");
}
