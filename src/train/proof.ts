import { generateRows, samplingSpec } from "../infer/index.js";
import type { Model } from "../model/index.js";
import type { EncodedRow } from "./batch.js";

/** One answer of the proof, by the trained model and by the adapter read back. */
export interface ProofRow {
  id: string;
  trained: string;
  readBack: string;
}

/** What a run says of its own adapter: read from the disk into a fresh model it answers as the trained one. */
export interface Proof {
  passed: boolean;
  rows: ProofRow[];
}

/** Greedy answers to the rows' questions; ids with the end token where it was reached. */
export async function answerGreedily(
  model: Pick<Model, "native" | "addon">,
  rows: readonly EncodedRow[],
  options: { maxNewTokens: number; stopIds: readonly number[] },
): Promise<Int32Array[]> {
  const requests = rows.map((prompt) => ({ prompt, automaton: null }));
  const sampling = samplingSpec({ maxNewTokens: options.maxNewTokens }, options.stopIds);
  return (await generateRows(model, requests, sampling)).map(({ tokens }) => tokens);
}

/** Compares token for token: the same weights on the same batch give the same ids. */
export function compareAnswers(
  rows: readonly EncodedRow[],
  trained: readonly Int32Array[],
  readBack: readonly Int32Array[],
  decode: (ids: Int32Array) => string,
): Proof {
  const same = rows.map((_, i) => {
    const [a, b] = [trained[i] as Int32Array, readBack[i] as Int32Array];
    return a.length === b.length && a.every((id, at) => id === b[at]);
  });
  return {
    passed: rows.length > 0 && same.every(Boolean),
    rows: rows.map((row, i) => ({
      id: row.id,
      trained: decode(trained[i] as Int32Array),
      readBack: decode(readBack[i] as Int32Array),
    })),
  };
}

/** Rows that a run proves itself on. */
export const PROOF_ROWS = 4;
/** Tokens compared of each answer: enough to part where anything differs, quick on a large model. */
const PROOF_TOKENS = 48;

/** Answers of the trained model, to be compared once the model is gone. */
export async function recordProof(
  model: Model,
  rows: readonly EncodedRow[],
): Promise<(fresh: Model) => Promise<Proof>> {
  const asked = rows.slice(0, PROOF_ROWS);
  const options = { maxNewTokens: PROOF_TOKENS, stopIds: model.tokenizer.stopIds };
  const trained = await answerGreedily(model, asked, options);
  return async (fresh) => {
    const readBack = await answerGreedily(fresh, asked, options);
    return compareAnswers(asked, trained, readBack, (ids) => fresh.tokenizer.decode(ids));
  };
}
