import { h, type PageElement } from "./browser.js";

/** Below it a token is named beside the text; tints alone tell nothing to those who cannot see them. */
const UNSURE = 0.8;
const NAMED = 6;

/** The answer's tokens, the darker the less probable, and the least probable ones by name. */
export function tokenView(tokens: readonly (readonly [text: string, probability: number])[]): PageElement {
  const text = h("pre", { class: "tokens" });
  for (const [token, probability] of tokens) {
    const shown = h("span", { title: `${probability.toFixed(3)} ${JSON.stringify(token)}` }, token);
    shown.style.setProperty("--doubt", (1 - probability).toFixed(3));
    text.append(shown);
  }
  const unsure = tokens
    .filter(([token, probability]) => probability < UNSURE && token.trim() !== "")
    .sort(([, a], [, b]) => a - b)
    .slice(0, NAMED);
  const names = unsure.flatMap(([token, probability], at) => [
    at === 0 ? "Least certain: " : ", ",
    h("code", {}, token.trim()),
    ` ${probability.toFixed(2)}`,
  ]);
  const surest = `Every token has a probability of at least ${UNSURE}.`;
  return h("div", {}, text, h("p", { class: "quiet" }, ...(names.length > 0 ? names : [surest])));
}
