/** llama.cpp's token types that SentencePiece can build out of others: normal and user-defined. */
const MERGEABLE = new Set([1, 4]);

/**
 * SentencePiece's BPE has no merge list: it joins the neighbours whose joint piece scores best. The same as merges, best
 * first: every way to part a piece into two pieces, by the piece's score, then by the parts' ids. It is the order in which
 * transformers' convert_slow_tokenizer.py wrote Llama's and Mistral's tokenizer.json.
 */
export function mergesFromScores(
  tokens: readonly string[],
  types: ArrayLike<number>,
  scores: ArrayLike<number>,
): [string, string][] {
  const known = new Map<string, number>();
  tokens.forEach((token, id) => {
    if (MERGEABLE.has(types[id]!)) known.set(token, id);
  });
  const merges: { parts: [string, string]; order: [number, number, number, number] }[] = [];
  for (const [piece, id] of known) {
    const characters = Array.from(piece);
    for (let cut = 1; cut < characters.length; cut++) {
      const left = characters.slice(0, cut).join("");
      const right = characters.slice(cut).join("");
      const leftId = known.get(left);
      const rightId = known.get(right);
      if (leftId === undefined || rightId === undefined) continue;
      merges.push({ parts: [left, right], order: [-scores[id]!, id, leftId, rightId] });
    }
  }
  merges.sort(({ order: a }, { order: b }) => a[0] - b[0] || a[1] - b[1] || a[2] - b[2] || a[3] - b[3]);
  return merges.map(({ parts }) => parts);
}
