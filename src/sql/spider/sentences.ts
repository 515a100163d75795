import { PYTHON_SPACE, PYTHON_WORD, pythonRstrip } from "./python-strings.js";
import {
  ABBREVIATIONS,
  FREQUENT_STARTERS,
  SEEN_IN_LOWER_CASE,
  SEEN_ONLY_IN_LOWER_CASE_INSIDE,
} from "./sentence-words.js";

/**
 * Where nltk's `sent_tokenize` ends a sentence (Punkt: Kiss and Strunk 2006, "Unsupervised Multilingual Sentence Boundary
 * Detection", with nltk's English model). SQL has no sentences, but Spider's tokenizer goes through it, and so
 * `a > 5. AND` loses its full stop and no longer parses, while `a > 5. and` keeps it and does.
 *
 * Of the English model only the words that can matter between SQL tokens are here: see sentence-words.ts.
 */
export function splitSentences(text: string): string[] {
  return realign(text, spansOf(text)).map(([start, end]) => text.slice(start, end));
}

type Span = readonly [start: number, end: number];

/** Punctuation that ends a word. The full stop is none: it may belong to a number or an abbreviation. */
const NON_WORD = `[)";}\\]*:@'({[\u2018\u2019\u201c\u201d\u00ab\u00bb?!]`;
const RUN = `(?:-{2,}|\\.{2,}|(?:\\.[${PYTHON_SPACE}]){2,}\\.)`;
const SENTENCE_END = new RegExp(`[.?!](?=(${NON_WORD}|[${PYTHON_SPACE}]+([^${PYTHON_SPACE}]+)))`, "gu");
const WORD = new RegExp(
  `${RUN}|(?=[^("\`{[:;&#*@)}\\]\\-,])[^${PYTHON_SPACE}]+?` +
    `(?=[${PYTHON_SPACE}]|$|${NON_WORD}|${RUN}|,(?=$|[${PYTHON_SPACE}]|${NON_WORD}|${RUN}))|[^${PYTHON_SPACE}]`,
  "gu",
);
const CLOSING = new RegExp(
  `^["')\\]}\u2018\u2019\u201c\u201d\u00ab\u00bb]+?(?:[${PYTHON_SPACE}]+|(?=--)|(?=\\n)|(?![\\s\\S]))`,
  "u",
);

interface Candidate {
  /** Just after the mark. */
  end: number;
  /** Where the next sentence would start. */
  next: number;
  /** The word before the mark, the mark, and what follows: all that the decision is made from. */
  context: string;
}

function spansOf(text: string): Span[] {
  const spans: Span[] = [];
  let start = 0;
  for (const { end, next, context } of candidates(text)) {
    if (!endsSentence(context)) continue;
    spans.push([start, end]);
    start = next;
  }
  spans.push([start, pythonRstrip(text).length]);
  return spans;
}

/** Marks that may end a sentence. Of marks in one word only the last counts. */
function candidates(text: string): Candidate[] {
  const found: Candidate[] = [];
  let word: Span = [0, 0];
  let pending: Candidate | null = null;
  for (const match of text.matchAll(SENTENCE_END)) {
    const [mark, after = "", following] = match;
    const space = lastSpace(text.slice(word[1], match.index));
    // nltk does not tell a space at the very front from none, and then takes the word before it in too.
    const current: Span = [space > 0 ? word[1] + space + 1 : word[0], match.index];
    if (pending !== null && word[1] <= current[0]) found.push(pending);
    const end = match.index + mark.length;
    const next = following === undefined ? end : end + after.length - following.length;
    pending = { end, next, context: text.slice(...current) + mark + after };
    word = current;
  }
  if (pending !== null) found.push(pending);
  return found;
}

function lastSpace(text: string): number {
  for (let i = text.length - 1; i >= 0; i--) if (/[ \t-\r]/.test(text[i]!)) return i;
  return 0;
}

/** Brackets and quotes that close just after a sentence belong to it. */
function realign(text: string, spans: Span[]): Span[] {
  const out: Span[] = [];
  let moved = 0;
  spans.forEach(([from, end], i) => {
    const start = from + moved;
    const next = spans[i + 1];
    const closing = next === undefined ? null : CLOSING.exec(text.slice(...next));
    moved = closing === null ? 0 : closing[0].length;
    const stop = closing === null ? end : next![0] + pythonRstrip(closing[0]).length;
    if (closing !== null || start < stop) out.push([start, stop]);
  });
  return out;
}

function endsSentence(context: string): boolean {
  const words = context.split("\n").flatMap((line) => line.match(WORD) ?? []);
  return words.some((word, i) => i + 1 < words.length && breaksAfter(word, words[i + 1]!));
}

const INITIAL = new RegExp(`^(?!\\p{Nd})[${PYTHON_WORD}]\\.$`, "u");
const NUMERIC = /^-?[.,]?\p{Nd}[\p{Nd},.-]*\.?$/u;

/** Punkt's two passes over one pair of words: what the first word is by itself, then what the second says of it. */
function breaksAfter(word: string, next: string): boolean {
  if (word === "?" || word === "!") return true;
  if (!word.endsWith(".")) return false;
  const initial = INITIAL.test(word);
  const ellipsis = /^\.\.+$/.test(word);
  const stem = word.slice(0, -1).toLowerCase();
  const abbreviation =
    !word.endsWith("..") && word !== "." && (ABBREVIATIONS.has(stem) || ABBREVIATIONS.has(stem.split("-").at(-1)!));
  let breaks = word === "." || !(ellipsis || abbreviation || word.endsWith(".."));
  const upper = /^\p{Uppercase}/u.test(next);
  const type = next.toLowerCase().replace(/(?<=.)\.$/u, "");
  const starts = startsSentence(next);
  if ((abbreviation || ellipsis) && !initial && (starts === true || (upper && FREQUENT_STARTERS.has(type))))
    return true;
  if (initial || NUMERIC.test(word)) {
    if (starts === false) breaks = false;
    else if (starts === null && initial && upper && !SEEN_IN_LOWER_CASE.has(type)) breaks = false;
  }
  return breaks;
}

/** Punkt's orthographic heuristic; null where it cannot tell. */
function startsSentence(word: string): boolean | null {
  if (/^[;:,.!?]$/.test(word)) return false;
  if (/^\p{Uppercase}/u.test(word)) return SEEN_ONLY_IN_LOWER_CASE_INSIDE.has(word.toLowerCase()) ? true : null;
  // A word in lower case starts none: the model has four rare words that do.
  return /^\p{Lowercase}/u.test(word) ? false : null;
}
