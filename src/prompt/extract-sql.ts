import { lex, type Token } from "../sql/lexer.js";

/**
 * The SQL in a model's answer, without closing semicolon; tuned and untuned models are read alike. Taken off are code
 * fences (closed or not), a chat's control tokens, thoughts in <think>, labels ("SQL:") and prose around the query; of
 * several statements the first stays. An answer in which no statement is found comes back trimmed, for the record: it
 * will not run. "" for an empty answer.
 */
export function extractSql(answer: string): string {
  const text = withoutChatMarks(answer.replace(/\r\n?/g, "\n"));
  const places = [...fencedBlocks(text), ...inlineCode(text), text];
  for (const place of places) {
    const start = statementStart(place);
    if (start !== null) return firstStatement(place.slice(start));
  }
  const words = places.find((place) => place.trim() !== "") ?? "";
  return firstStatement(
    words
      .replace(/(?:```|~~~)[\w+-]*/g, "")
      .trim()
      .replace(LABEL, ""),
  );
}

const CHAT_MARK = /<\|[\w-]+\|>|<\/?s>|<(?:start|end)_of_turn>|\[\/?INST\]|<<\/?SYS>>/g;

/** The first turn: control tokens at its start are dropped, at the first one after words it ends. */
function withoutChatMarks(answer: string): string {
  const spoken = answer.replace(/<think>[\s\S]*?(?:<\/think>|$)/g, "");
  return (
    spoken
      .split(CHAT_MARK)
      .map((turn) => turn.trim())
      .find((turn) => turn !== "" && turn !== "assistant") ?? ""
  );
}

/** What stands in ``` or ~~~ fences, in order; the last may be open. A language name on the opening line is left out. */
function fencedBlocks(text: string): string[] {
  const blocks: string[] = [];
  const fence =
    /(```|~~~)[ \t]*(?:(?!SELECT\b|WITH\b)[A-Za-z][\w+-]*(?=[ \t]*\n)|(?:sqlite3?|sql|mysql|postgres(?:ql)?)\b)?([\s\S]*?)(?:\1|$)/gi;
  for (const match of text.matchAll(fence)) if (match[2]!.trim() !== "") blocks.push(match[2]!);
  return blocks;
}

/** A query in single backticks within a sentence, rather than a name in backticks within a query. */
function inlineCode(text: string): string[] {
  return Array.from(text.matchAll(/(?<!`)`((?:SELECT|WITH)\s[^`]*)`(?!`)/gi))
    .filter((match) => statementStart(text.slice(0, match.index)) === null)
    .map((match) => match[1]!);
}

/** "SQL:", "### SQL query:", "**Answer:**" and the like, before the query. */
const LABEL =
  /^(?:[#>*\s]*(?:sqlite|sql|query|answer|response|output|statement|code|solution|final)\b[^:\n]{0,20}:[*\s]*)+/i;

/** Openings of statements: the keyword and enough after it to tell it from an English sentence ("With this, select ..."). */
const OPENING =
  /\b(?:SELECT\b|WITH\s+(?:RECURSIVE\s+)?(?:\w+|"[^"]+"|`[^`]+`|\[[^\]]+\])\s*(?:\([^()]*\)\s*)?AS\s*(?:(?:NOT\s+)?MATERIALIZED\s*)?\(|VALUES\s*\(|INSERT\s+(?:OR\s+\w+\s+)?INTO\b|REPLACE\s+INTO\b|UPDATE\s+\S+\s+SET\b|DELETE\s+FROM\b|(?:CREATE|DROP|ALTER)\s+(?:(?:TEMP|TEMPORARY|UNIQUE|VIRTUAL)\s+)*(?:TABLE|VIEW|INDEX|TRIGGER)\b|PRAGMA\s+\w|EXPLAIN\s+(?:QUERY\s+PLAN\s+)?(?:SELECT|WITH)\b)/gi;

/**
 * Where the statement begins: the first opening that stands at the start of a line, after a label or in backticks, else
 * the first one anywhere. Opening brackets directly before it belong to it. Null where there is none.
 */
function statementStart(text: string): number | null {
  let anywhere: number | null = null;
  for (const match of text.matchAll(OPENING)) {
    if (/^select/i.test(match[0]) && !readsAsSelect(text.slice(match.index))) continue;
    const before = /[(\s]*$/.exec(text.slice(0, match.index))![0];
    const brackets = /\([(\s]*$/.exec(before)?.[0].length ?? 0;
    const lead = text.slice(0, match.index - before.length);
    const start = match.index - brackets;
    if (lead === "" || before.includes("\n") || /[:`*>;]$/.test(lead)) return start;
    anywhere ??= start;
  }
  return anywhere;
}

const EXPRESSION_KEYWORDS =
  /^(?:DISTINCT|ALL|AS|CASE|WHEN|THEN|ELSE|END|NOT|AND|OR|IN|IS|NULL|LIKE|BETWEEN|EXISTS|CAST|OVER|FILTER|COLLATE|ISNULL|NOTNULL|GLOB|ESCAPE)$/i;

const ENDS_RESULT_LIST = /^(?:FROM|UNION|INTERSECT|EXCEPT|;)$/;

/**
 * Whether what follows SELECT can be a result list. "Select the names of all singers" is a sentence: more than two plain
 * words in a row (a column and its alias) without operator, comma or FROM do not occur in SQL; nor does "select from", nor a second SELECT outside brackets.
 */
function readsAsSelect(text: string): boolean {
  let words = 0;
  let seen = 0;
  let depth = 0;
  for (const token of lex(text).slice(1)) {
    const upper = token.text.toUpperCase();
    if (token.text === "(") depth++;
    else if (token.text === ")") depth--;
    if (depth < 0 || (depth === 0 && ENDS_RESULT_LIST.test(upper))) return seen > 0;
    if (token.kind === "comment") continue;
    seen++;
    if (depth > 0) continue;
    if (upper === "SELECT") return false;
    const plain = (token.kind === "identifier" || token.kind === "keyword") && !EXPRESSION_KEYWORDS.test(upper);
    words = plain ? words + 1 : 0;
    if (words > 2) return false;
  }
  return seen > 0;
}

/** Up to the first semicolon, or to where prose begins again. */
function firstStatement(text: string): string {
  const tokens = lex(text);
  let depth = 0;
  let end = text.length;
  for (const [i, token] of tokens.entries()) {
    const previous = tokens[i - 1];
    if (previous && depth <= 0 && beginsProse(text, previous, token)) {
      end = token.start;
      break;
    }
    if (token.text === "(") depth++;
    else if (token.text === ")") depth--;
    else if (token.text === ";") {
      end = token.start;
      break;
    }
    const used = usedLength(token, text.length);
    if (used < token.text.length) {
      end = token.start + used;
      break;
    }
  }
  return text.slice(0, end).trim();
}

/**
 * How much of a literal belongs to the statement: one that a stray quote opened reads on into the prose. Nothing of an open
 * backtick, which closes inline code; else up to a semicolon at a line's end, or, in an open literal, a blank line.
 */
function usedLength(token: Token, textEnd: number): number {
  const open = token.kind === "illegal" && token.end === textEnd;
  if (!open && token.kind !== "string") return token.text.length;
  if (open && token.text.startsWith("`")) return 0;
  const stop = (open ? /;[ \t]*(?:\n|$)|\n[ \t]*\n/ : /;[ \t]*\n/).exec(token.text);
  return stop === null ? token.text.length : stop.index;
}

/** How a line goes on with a statement that a blank line has interrupted. */
const CONTINUES =
  /^(?:[(),.=<>|+*/%-]|(?:FROM|WHERE|GROUP|ORDER|HAVING|LIMIT|OFFSET|UNION|INTERSECT|EXCEPT|SELECT|JOIN|LEFT|RIGHT|FULL|INNER|OUTER|CROSS|NATURAL|ON|USING|AND|OR|NOT|AS|IN|IS|LIKE|BETWEEN|WHEN|THEN|ELSE|END|WINDOW|VALUES|SET)\b)/i;

/** Lines that are no SQL even directly under it: headings, a next turn, a sentence about the query. */
const PROSE =
  /^(?:#{1,6}\s|\*\*|(?:explanation|note|question|answer|output|result|results|schema|user|assistant|human|system|sql|example)\s*:|(?:explanation|note|this|here|the|it|output|result)\b[^\n]*[:.][ \t]*(?:\n|$))/i;

/** Whether the statement is over before `token`, which opens a line outside all brackets. */
function beginsProse(text: string, previous: Token, token: Token): boolean {
  const gap = text.slice(previous.end, token.start);
  if (!gap.includes("\n") || token.kind === "comment") return false;
  const line = text.slice(token.start);
  if (PROSE.test(line)) return true;
  if (!/\n[ \t]*\n/.test(gap) || CONTINUES.test(line)) return false;
  const open =
    previous.kind === "keyword" ? !/^(?:ASC|DESC|END|NULL)$/i.test(previous.text) : /^[,=<>+|/%-]/.test(previous.text);
  return !open;
}
