import type { GeneratedRow } from "../native/types.js";
import { extractSql } from "../prompt/extract-sql.js";
import type { Tokenizer } from "../tokenizer/types.js";
import { logProbability } from "./calibration.js";
import { confidence } from "./confidence.js";

/** One thing that the model said. */
export interface Candidate {
  sql: string;
  text: string;
  tokens: Int32Array;
  probabilities: Float32Array;
  finishReason: "stop" | "length";
  confidence: number;
  /** Of the whole text, and of a token in the mean; minus infinity without any. */
  logProbability: number;
  meanLogProbability: number;
}

export function readCandidate(row: GeneratedRow, tokenizer: Pick<Tokenizer, "decode">): Candidate {
  const { tokens, probabilities } = row;
  const text = tokenizer.decode(tokens, { skipSpecialTokens: true });
  const whole = logProbability(probabilities);
  return {
    sql: extractSql(text),
    ...{ text, tokens, probabilities },
    finishReason: row.finishReason === "stop" ? "stop" : "length",
    confidence: confidence(probabilities),
    logProbability: whole,
    meanLogProbability: probabilities.length === 0 ? whole : whole / probabilities.length,
  };
}
