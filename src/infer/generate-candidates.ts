import type { Model } from "../model/index.js";
import type { GeneratedRow, SamplingSpec } from "../native/types.js";
import type { AnswerSettings } from "./answer-settings.js";
import { collectRows, generateRows, type OnRowToken, type RowRequest } from "./generate-rows.js";
import { type SamplingOptions, samplingSpec } from "./sampling.js";

export interface CandidateOptions {
  settings: Pick<AnswerSettings, "sampling" | "select" | "cacheKey">;
  stopIds: readonly number[];
  /** Rows of one call that are computed together. */
  maxRows: number;
  signal?: AbortSignal | undefined;
  /** Tokens of each request's first candidate. */
  onToken?: OnRowToken | undefined;
  /** Gets the candidates of a request as soon as all are there; `cachedTokens` is told by the return value alone. */
  onCandidates?: ((index: number, rows: GeneratedRow[]) => void) | undefined;
}

/**
 * Generates the candidates of each request: one as the sampling says, or, to select from, the greedy one and samples.
 * @returns each request's rows, the greedy one first
 */
export async function generateCandidates(
  model: Pick<Model, "native" | "addon">,
  requests: readonly RowRequest[],
  options: CandidateOptions,
): Promise<GeneratedRow[][]> {
  const { settings, stopIds, maxRows, onToken, onCandidates } = options;
  const { sampling, select, cacheKey } = settings;
  const samples = (select?.n ?? 1) - 1;
  const rows = requests.map(() => new Array<GeneratedRow>(1 + samples));
  const missing = requests.map(() => 1 + samples);
  const deliver = (index: number, place: number, row: GeneratedRow) => {
    const known = rows[index]![place] !== undefined;
    rows[index]![place] = row;
    if (known) return;
    missing[index]!--;
    if (missing[index] === 0) onCandidates?.(index, [...rows[index]!]);
  };
  // One of the two calls that fails ends the other.
  const stop = new AbortController();
  const signal = options.signal ? AbortSignal.any([options.signal, stop.signal]) : stop.signal;
  const run = async (
    asked: readonly RowRequest[],
    chosen: SamplingOptions,
    placeOf: (i: number) => [index: number, place: number],
    listener?: OnRowToken,
  ) => {
    const spec: SamplingSpec = { ...samplingSpec(chosen, stopIds), maxRows, cacheKey };
    const collect = onCandidates && collectRows(asked.length, (i, row) => deliver(...placeOf(i), row));
    const both: OnRowToken | undefined =
      collect && listener
        ? (...token) => {
            listener(...token);
            collect(...token);
          }
        : (collect ?? listener);
    try {
      const done = await generateRows(model, asked, spec, { signal, onToken: both });
      for (const [i, row] of done.entries()) deliver(...placeOf(i), row);
    } catch (error) {
      stop.abort(error);
      throw error;
    }
  };
  const repeated = requests.flatMap((request) => new Array<RowRequest>(samples).fill(request));
  const sampled = { ...sampling, doSample: true, temperature: select?.temperature ?? 0 };
  await Promise.all([
    run(requests, select ? { ...sampling, doSample: false } : sampling, (i) => [i, 0], onToken),
    samples > 0 && run(repeated, sampled, (i) => [Math.floor(i / samples), 1 + (i % samples)]),
  ]);
  return rows;
}
