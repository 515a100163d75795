import { firstStatementTokens, PYTHON_SPACE } from "./sqlparse-tokens.js";

/** What stands in a query for each of its values (parse.py's VALUERARE, in the lower case that it ends in). */
const SLOT = "valuerare";

/** Combinations tried at most for one prediction; the official script would go on for as long as it takes. */
export const MAX_COMBINATIONS = 20_000;

/**
 * The prediction with every combination of the gold's values in the places of its own, for systems that do not predict
 * values (`--plug_value`; parse.py, `get_all_preds_for_execution`). Everything but values comes out in lower case, with
 * one space between tokens.
 */
export function* withGoldValues(gold: string, predicted: string): Generator<string> {
  const values = [...new Set(extract(gold).values)];
  const { words } = extract(predicted);
  const slots = words.flatMap((word, i) => (word === SLOT ? [i] : []));
  if (slots.length > 0 && values.length === 0) return;
  const chosen = slots.map(() => 0);
  for (let tried = 0; tried < MAX_COMBINATIONS; tried++) {
    const plugged = [...words];
    for (const [n, slot] of slots.entries()) plugged[slot] = values[chosen[n]!]!;
    yield plugged.join(" ");
    // The next number in base `values.length`, the last slot counting fastest.
    let n = slots.length - 1;
    while (n >= 0 && ++chosen[n]! === values.length) chosen[n--] = 0;
    if (n < 0) return;
  }
}

/** The words of a query, each value a slot, and the values: strings with their quotes, numbers as they are written. */
function extract(sql: string): { words: string[]; values: string[] } {
  const tokens = firstStatementTokens(pythonStrip(sql).replaceAll(";", "").replaceAll("\t", ""));
  let query = tokens
    .filter(({ kind }) => kind !== "space")
    .map(({ text }) => text)
    .join(" ");
  for (const stars of ["t1.*", "t2.*", "t3.*", "T1.*", "T2.*", "T3.*"]) query = query.replaceAll(stars, "*");
  query = query.replace(/(T\p{Nd}+\.)\s/gu, "$1");

  const values: string[] = [];
  for (const { text, kind } of firstStatementTokens(query)) {
    if (kind !== "string") continue;
    values.push(text);
    query = query.replaceAll(text, SLOT.toUpperCase());
  }
  let words = pythonSplit(query);
  const take = (numbers: ReadonlySet<string>): void => {
    for (const word of words) if (numbers.has(word)) values.push(word);
    words = words.map((word) => (numbers.has(word) ? SLOT.toUpperCase() : word));
  };
  take(new Set(query.match(/[-+]?\p{Nd}*\.\p{Nd}+/gu)));
  // A digit after t is the number of an alias; the character before the digits belongs to the find.
  take(
    new Set(
      words
        .join(" ")
        .match(/[^tT]\p{Nd}+/gu)
        ?.map(pythonStrip),
    ),
  );
  return { words: words.flatMap(lowered), values };
}

/** A word in lower case; "t1.name" is taken apart at its dots. */
function lowered(word: string): string[] {
  if (!/t\p{Nd}+\./iu.test(word)) return [word.toLowerCase()];
  return pythonSplit(word.replaceAll(".", " . ")).map((part) => part.toLowerCase());
}

const SPACES = new RegExp(`${PYTHON_SPACE}+`);
const ENDS = new RegExp(`^${PYTHON_SPACE}+|${PYTHON_SPACE}+$`, "g");

function pythonStrip(text: string): string {
  return text.replace(ENDS, "");
}

function pythonSplit(text: string): string[] {
  return text.split(SPACES).filter((word) => word !== "");
}
