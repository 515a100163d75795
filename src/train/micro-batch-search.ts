import { formatBytes } from "../hub/index.js";
import { fitMemoryLine, predictMemory, tokensWithin } from "./memory-line.js";
import type { MicroBatchMeasurement, PlanMemory, PlanProbe } from "./plan-report.js";

/** A size has to be this much faster than the best before it to be worth its memory. */
const GAIN = 0.03;
/** So many sizes in a row without a gain end the search: one alone may have met another program's work. */
const PATIENCE = 2;

export interface SearchCandidate {
  /** micro_batch_tokens. */
  tokens: number;
  /** Packed tokens of its largest micro-batch. */
  longest: number;
  /** Whether it holds every step whole: a larger size would change nothing. */
  wholeStep: boolean;
}

export interface SearchOptions<C extends SearchCandidate> {
  /** Smallest first; made one at a time as they are needed. */
  candidates: Iterable<C>;
  memory: PlanMemory;
  /** Measures one size. Its `fits` already says whether its peak is within the usable memory. */
  measure(candidate: C): Promise<PlanProbe>;
  /** Hears of each size as it is measured or ruled out. */
  onProbe?(probe: PlanProbe): void;
}

export type SearchResult = Pick<MicroBatchMeasurement, "probes" | "largest_fitting" | "reason"> & {
  /** The fastest that fits; null where not even the smallest does. */
  best: PlanProbe | null;
};

/**
 * Tries sizes from the smallest up, and stops at the first that does not fit, or at the second in a row that is no
 * faster than the best. Memory grows along a line with the tokens of the largest micro-batch, so that from the third
 * size on one that would not fit is ruled out without a try.
 */
export async function searchMicroBatch<C extends SearchCandidate>(options: SearchOptions<C>): Promise<SearchResult> {
  const { memory, onProbe } = options;
  const probes: PlanProbe[] = [];
  let best: PlanProbe | null = null;
  let slower: number[] = [];
  let stop = "the largest size there is to try";
  for (const candidate of options.candidates) {
    const excess = predictExcess(probes, candidate.longest, memory);
    const probe = excess === null ? await options.measure(candidate) : ruleOut(candidate, excess);
    probes.push(probe);
    onProbe?.(probe);
    if (!probe.fits) {
      stop = `${count(candidate.tokens)} do not fit: ${probe.reason}`;
      break;
    }
    if (best === null || secondsOf(probe) < secondsOf(best) * (1 - GAIN)) {
      best = probe;
      slower = [];
    } else slower.push(candidate.tokens);
    if (candidate.wholeStep) stop = "it holds a whole step";
    if (candidate.wholeStep || slower.length >= PATIENCE) break;
  }
  if (slower.length > 0 && probes.at(-1)?.fits) {
    const sizes = slower.map((tokens) => tokens.toLocaleString("en-US")).join(" and ");
    stop = `${sizes} tokens are no faster and take more memory`;
  }
  return { probes, best, reason: stop, largest_fitting: largestFitting(probes, memory) };
}

/** A size that is not tried. */
export function ruleOut(
  { tokens, rows = null, longest }: { tokens: number | null; rows?: number | null; longest: number },
  reason: string,
): PlanProbe {
  return {
    micro_batch_tokens: tokens,
    rows,
    longest_tokens: longest,
    fits: false,
    reason,
    peak_memory: null,
    tokens_per_s: null,
    packed_tokens_per_s: null,
    seconds_to_finish: null,
  };
}

/** By how much a micro-batch of `tokens` would pass the usable memory, in words; null where it would not, or who knows. */
export function predictExcess(probes: readonly PlanProbe[], tokens: number, memory: PlanMemory): string | null {
  const lines = memoryLines(probes);
  const limits = { process: memory.usable, device: memory.device_usable };
  for (const kind of ["process", "device"] as const) {
    const [predicted, limit] = [predictMemory(lines[kind], tokens), limits[kind]];
    if (predicted === null || limit === null || predicted <= limit) continue;
    const where = kind === "device" ? " of the device's memory" : "";
    return `by the sizes before it would take about ${formatBytes(predicted)}${where}, ${formatBytes(limit)} may be used`;
  }
  return null;
}

function largestFitting(probes: readonly PlanProbe[], memory: PlanMemory): number | null {
  const lines = memoryLines(probes);
  const within = [tokensWithin(lines.process, memory.usable), tokensWithin(lines.device, memory.device_usable)];
  const known = within.filter((tokens) => tokens !== null);
  return known.length === 0 ? null : Math.min(...known);
}

function memoryLines(probes: readonly PlanProbe[]) {
  const line = (kind: "process" | "device") =>
    fitMemoryLine(
      probes.flatMap(({ longest_tokens: tokens, peak_memory: peak }) => (peak ? [{ tokens, bytes: peak[kind] }] : [])),
    );
  return { process: line("process"), device: line("device") };
}

function secondsOf(probe: PlanProbe): number {
  const seconds = probe.seconds_to_finish;
  // Two measurements of the same rate, nearly: together they are steadier than either.
  return seconds ? seconds.typical + seconds.longest : Number.POSITIVE_INFINITY;
}

function count(tokens: number): string {
  return `${tokens.toLocaleString("en-US")} tokens`;
}
