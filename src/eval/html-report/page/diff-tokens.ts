import type { Token } from "../../../sql/lexer.js";

/** For each token whether it stands in this query only. */
export interface TokenDiff {
  gold: boolean[];
  predicted: boolean[];
}

/** Beyond this many pairs of tokens the middle is marked as a whole: nobody reads a finer diff of such queries. */
const MAX_PAIRS = 4_000_000;

/**
 * What has to be taken out of either query to make them the same: a longest common subsequence of their tokens. Tokens
 * are compared as SQLite understands them (letter case, "x" for 'x', == for =), and a last semicolon is never marked.
 */
export function diffTokens(gold: readonly Token[], predicted: readonly Token[]): TokenDiff {
  const a = gold.map(tokenKey);
  const b = predicted.map(tokenKey);
  const aEnd = a.at(-1) === ";" ? a.length - 1 : a.length;
  const bEnd = b.at(-1) === ";" ? b.length - 1 : b.length;
  let start = 0;
  while (start < aEnd && start < bEnd && a[start] === b[start]) start++;
  let tail = 0;
  while (tail < Math.min(aEnd, bEnd) - start && a[aEnd - 1 - tail] === b[bEnd - 1 - tail]) tail++;
  const only: TokenDiff = { gold: a.map(() => false), predicted: b.map(() => false) };
  markMiddle(a.slice(start, aEnd - tail), b.slice(start, bEnd - tail), start, only);
  return only;
}

function tokenKey({ kind, text }: Token): string {
  if (kind === "quoted_identifier" && text.startsWith('"')) return `'${text.slice(1, -1)}'`;
  if (kind === "string" || kind === "blob") return text;
  if (text === "==") return "=";
  return text === "<>" ? "!=" : text.toLowerCase();
}

function markMiddle(a: readonly string[], b: readonly string[], offset: number, only: TokenDiff): void {
  if (a.length * b.length > MAX_PAIRS) {
    only.gold.fill(true, offset, offset + a.length);
    only.predicted.fill(true, offset, offset + b.length);
    return;
  }
  // lengths[i * width + j]: tokens that a from i on and b from j on have in common.
  const width = b.length + 1;
  const lengths = new Uint16Array((a.length + 1) * width);
  for (let i = a.length - 1; i >= 0; i--) {
    for (let j = b.length - 1; j >= 0; j--) {
      const at = i * width + j;
      lengths[at] = a[i] === b[j] ? lengths[at + width + 1]! + 1 : Math.max(lengths[at + width]!, lengths[at + 1]!);
    }
  }
  let i = 0;
  let j = 0;
  while (i < a.length || j < b.length) {
    const at = i * width + j;
    if (i < a.length && j < b.length && a[i] === b[j]) {
      i++;
      j++;
    } else if (j === b.length || (i < a.length && lengths[at + width]! >= lengths[at + 1]!)) {
      only.gold[offset + i++] = true;
    } else {
      only.predicted[offset + j++] = true;
    }
  }
}
