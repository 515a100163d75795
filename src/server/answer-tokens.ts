import { type Answer, type StreamedToken, TokenText } from "../infer/index.js";
import type { ServedModel } from "./settings.js";

/** The tokens of an answer as text; empty in the middle of a character and for control tokens. */
export function answerTokens(
  { tokens, probabilities }: Pick<Answer, "tokens" | "probabilities">,
  { engine }: ServedModel,
): Pick<StreamedToken, "text" | "probability">[] {
  const text = new TokenText(engine.model.tokenizer);
  return [...tokens].map((token, i) => ({ text: text.push(token), probability: Math.min(1, probabilities[i]!) }));
}
