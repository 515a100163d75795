import type { Comparison } from "./compare.js";
import type { MemoryReading } from "./job.js";
import { maxDifference, type Spread } from "./statistics.js";

/** A comparison as lines of text. */
export function comparisonText(comparison: Comparison): string[] {
  const { speed, rounds, peer } = comparison;
  const lines = [
    `  speed     sqltune ${spreadText(speed.sqltune, 0)} tokens/s` +
      (speed.trl ? `; TRL (${peer}) ${spreadText(speed.trl, 0)} tokens/s` : ""),
  ];
  if (speed.ratio) lines.push(`  ratio     ${spreadText(speed.ratio, 2)} times TRL, over ${rounds.length} rounds`);
  lines.push(...memoryLines(comparison), ...lossLines(comparison), ...gemmLines(comparison));
  return lines;
}

function memoryLines({ rounds }: Comparison): string[] {
  const highest = (readings: MemoryReading[]): MemoryReading => readings.reduce((a, b) => (b.peak > a.peak ? b : a));
  const sqltune = highest(rounds.map((round) => round.sqltune.memory));
  const trl = rounds.flatMap((round) => round.trl?.memory ?? []);
  const other = trl.length > 0 ? highest(trl) : null;
  const versus = other ? `; TRL ${memoryText(other)}: ${(sqltune.peak / other.peak).toFixed(2)} of it` : "";
  return [`  memory    sqltune ${memoryText(sqltune)}${versus}`];
}

export function memoryText({ loaded, peak }: MemoryReading): string {
  return `${gigabytes(peak)} GB at the peak, ${gigabytes(peak - loaded)} above the loaded model`;
}

const gigabytes = (bytes: number) => (bytes / 1e9).toFixed(2);

function lossLines({ rounds }: Comparison): string[] {
  const { sqltune, trl } = rounds[0]!;
  const lines = [`  losses    step   sqltune${trl ? "       TRL  difference" : ""}`];
  sqltune.losses.forEach((loss, step) => {
    const name = step === 0 ? "warm-up" : String(step);
    const other = trl ? `  ${trl.losses[step]!.toFixed(5)}  ${(loss - trl.losses[step]!).toExponential(1)}` : "";
    lines.push(`  ${name.padStart(14)}   ${loss.toFixed(5)}${other}`);
  });
  if (trl) {
    const largest = Math.max(...rounds.map((round) => maxDifference(round.sqltune.losses, round.trl!.losses)));
    lines.push(`            max |difference| ${largest.toExponential(2)} over ${rounds.length} rounds`);
  }
  return lines;
}

function gemmLines({ gemm, tokens }: Comparison): string[] {
  if (!gemm) return ["  GEMM      not measured: it needs bench/peers (--install-peers or --python)"];
  const percent = (share: number) => `${(100 * share).toFixed(0)} %`;
  return [
    `  GEMM      ${percent(gemm.share)} of ${(gemm.rate / 1e9).toFixed(0)} GFLOP/s, the rate of the model's own shapes: ` +
      `${(gemm.flops / 1e12).toFixed(2)} TFLOP useful in ${gemm.packedTokens} packed of ${tokens} tokens, ` +
      `${gemm.microBatches} micro-batches`,
    `  attention ${(gemm.attention.flops / 1e12).toFixed(2)} TFLOP, apart; at the rate of PyTorch's SDPA it would be ` +
      `${percent(gemm.attention.share)} of the time`,
  ];
}

export function spreadText({ median, min, max }: Spread, digits: number): string {
  return `${median.toFixed(digits)} (${min.toFixed(digits)} to ${max.toFixed(digits)})`;
}
