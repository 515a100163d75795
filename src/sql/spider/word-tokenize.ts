import { PYTHON_SPACE, PYTHON_WORD, pythonSplit } from "./python-strings.js";
import { splitSentences } from "./sentences.js";

/**
 * nltk's `word_tokenize` (NLTKWordTokenizer, after the Penn Treebank's conventions) for text without ' and ", which is all
 * that Spider's tokenizer gives it: its rules for quotation marks and for n't never apply.
 *
 * What follows from it for SQL: `a=1` is one word; `a>=1` is `a`, `>`, `=1`; `1,2` is one word and `1, 2` three; backticks
 * are words; `cannot` and `gonna` are two words each; and a full stop at the end of a sentence stands alone.
 */
export function wordTokenize(text: string): string[] {
  return splitSentences(text).flatMap(sentenceWords);
}

const FINAL_FULL_STOP = new RegExp(`([^.])\\.([\\])}>"'»”’ ]*)[${PYTHON_SPACE}]*$`, "u");
const ALONE = /[;@#$%&\u2012-\u2015?!*\][(){}<>»”’]|\.{2,}|--/gu;
/** Not JavaScript's \b, which knows ASCII alone. */
const FRONT = `(?<![${PYTHON_WORD}])`;
const BACK = `(?![${PYTHON_WORD}])`;
const I = "[iI\u0130\u0131]";
const CONTRACTIONS: readonly RegExp[] = [
  new RegExp(`${FRONT}(can)(not)${BACK}`, "giu"),
  new RegExp(`${FRONT}(g${I}m)(me)${BACK}`, "giu"),
  new RegExp(`${FRONT}(gon)(na)${BACK}`, "giu"),
  new RegExp(`${FRONT}(got)(ta)${BACK}`, "giu"),
  new RegExp(`${FRONT}(lem)(me)${BACK}`, "giu"),
  new RegExp(`${FRONT}(wan)(na)(?=[${PYTHON_SPACE}])`, "giu"),
];

/** Almost no query has one, and to look behind every place of it takes most of the time. */
const MAY_CONTRACT = new RegExp(`cannot|g${I}mme|gonna|gotta|lemme|wanna`, "iu");

function sentenceWords(sentence: string): string[] {
  let text = sentence.replace(/[«“‘„]|`+/gu, " $& ").replaceAll("``", " `` ");
  text = spaceFinalFullStop(text);
  text = text.replace(/([:,])(\P{Nd})/gu, " $1 $2").replace(/[:,]$/u, " $& ");
  text = ` ${text.replace(ALONE, " $& ")} `;
  if (MAY_CONTRACT.test(text)) for (const pattern of CONTRACTIONS) text = text.replace(pattern, " $1 $2 ");
  return pythonSplit(text);
}

/** Looks at the tail alone, so that a text of many full stops costs no more. */
function spaceFinalFullStop(text: string): string {
  const dot = text.lastIndexOf(".");
  if (dot < 1) return text;
  const before = text.slice(0, Math.max(0, dot - 2));
  return before + text.slice(before.length).replace(FINAL_FULL_STOP, "$1 . $2 ");
}
