import { SpiderParseError } from "./spider-sql.js";
import { wordTokenize } from "./word-tokenize.js";

/**
 * Spider's tokens of a query (process_sql.py, `tokenize`): lower-cased words, with quoted values kept whole. Both kinds of
 * quotation marks count as the same one, so that `'it''s'` is two values and `'5"'` an error.
 *
 * @throws SpiderParseError at an odd number of quotation marks
 */
export function spiderTokens(query: string): string[] {
  const values = new Map<string, string>();
  const words = wordTokenize(hideValues(query.replaceAll("'", '"'), values)).map((word) => word.toLowerCase());
  return joinComparisons(words.map((word) => values.get(word) ?? word));
}

/** Writes a placeholder for each quoted value. It carries the value's place, in characters as Python counts them. */
function hideValues(query: string, values: Map<string, string>): string {
  const parts = query.split('"');
  if (parts.length % 2 === 0) throw new SpiderParseError("Unexpected quote");
  let at = 0;
  let out = "";
  parts.forEach((part, i) => {
    const length = lengthInCharacters(part);
    if (i % 2 === 0) {
      out += part;
      at += length;
      return;
    }
    const key = `__val_${at}_${at + length + 1}__`;
    values.set(key, `"${part}"`);
    out += key;
    at += length + 2;
  });
  return out;
}

function lengthInCharacters(text: string): number {
  let length = text.length;
  for (let i = 0; i < text.length; i++) if (text.codePointAt(i)! > 0xffff) length--;
  return length;
}

/**
 * `>`, `=` become `>=`, and so for `!=` and `<=`. An `=` in the first place has the last token before it, as Python's index
 * -1 says; what remains of the list then is what Python's slices leave.
 */
function joinComparisons(tokens: string[]): string[] {
  const joined: string[] = [];
  for (let i = 0; i < tokens.length; i++) {
    const comparison = i > 0 && tokens[i] === "=" && isComparison(tokens[i - 1]!);
    if (comparison) joined[joined.length - 1] += "=";
    else joined.push(tokens[i]!);
  }
  const last = joined.at(-1);
  if (joined[0] !== "=" || last === undefined || !isComparison(last)) return joined;
  return [...joined.slice(0, -1), `${last}=`, ...joined.slice(1)];
}

function isComparison(token: string): boolean {
  return token === "!" || token === ">" || token === "<";
}
