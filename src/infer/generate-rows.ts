import { abortable, type Model } from "../model/index.js";
import type { GeneratedRow, NativeAutomaton, OnToken, SamplingSpec } from "../native/types.js";
import type { PromptIds } from "../prompt/types.js";
import { packPrompts } from "./pack-prompts.js";

/** A prompt to be continued once. */
export interface RowRequest {
  prompt: PromptIds;
  /** What its answer is held to; null admits everything. */
  automaton: NativeAutomaton | null;
}

/** A row while it grows: gets each token with the place of its request. */
export type OnRowToken = OnToken;

/**
 * Generates rows in one call of the model. Calls may overlap: the model computes them together.
 * @returns the rows in the order of the requests; rejects with the signal's reason once it is aborted.
 */
export async function generateRows(
  { native, addon }: Pick<Model, "native" | "addon">,
  requests: readonly RowRequest[],
  spec: SamplingSpec,
  options: { signal?: AbortSignal | undefined; onToken?: OnRowToken | undefined } = {},
): Promise<GeneratedRow[]> {
  if (requests.length === 0) return [];
  const { signal, onToken } = options;
  const { prompts, rows } = packPrompts(requests.map(({ prompt }) => prompt));
  const constrained = requests.some(({ automaton }) => automaton !== null);
  const whole = constrained ? { ...spec, constraints: rows.map((i) => requests[i]!.automaton) } : spec;
  const onPackedToken: OnToken | undefined =
    onToken && ((row, token, probability, finish) => onToken(rows[row]!, token, probability, finish));
  const generated = await abortable(addon, signal, (abort) => native.generate(prompts, whole, onPackedToken, abort));
  const ordered: GeneratedRow[] = new Array(requests.length);
  for (const [i, row] of generated.entries()) ordered[rows[i]!] = row;
  return ordered;
}

/** Puts tokens together again: an OnRowToken that hands over each row as soon as it is complete. */
export function collectRows(count: number, onRow: (index: number, row: GeneratedRow) => void): OnRowToken {
  const open = Array.from({ length: count }, () => ({ tokens: [] as number[], probabilities: [] as number[] }));
  return (index, token, probability, finish) => {
    const { tokens, probabilities } = open[index]!;
    tokens.push(token);
    probabilities.push(probability);
    if (finish === null) return;
    onRow(index, {
      tokens: Int32Array.from(tokens),
      probabilities: Float32Array.from(probabilities),
      finishReason: finish,
      // Told when the whole call is over.
      cachedTokens: 0,
    });
  };
}
