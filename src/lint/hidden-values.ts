import type { Dataset } from "../data/types.js";
import type { Schema } from "../schema/types.js";
import { unquoteIdentifier } from "../sql/identifiers.js";
import { lex, type Token } from "../sql/lexer.js";
import { rewriteDoubleQuotedStrings } from "../sql/quoting.js";
import { type DatasetRow, lintRow } from "./dataset-rows.js";
import { finding } from "./finding.js";
import { inTurns, type TurnOptions } from "./in-turns.js";
import { wordsOf } from "./question-words.js";
import type { LintFinding, LintRow } from "./types.js";
import { percent, plural } from "./wording.js";

/**
 * Rows whose gold compares with a string that stands neither in the question nor in the schema as the prompt shows it:
 * nobody could write it who has not seen the database's rows.
 */
export async function hiddenValueCheck(
  dataset: Pick<Dataset, "schemas">,
  rows: readonly DatasetRow[],
  schemaText: (schema: Schema) => string,
  options: TurnOptions = {},
): Promise<LintFinding[]> {
  const shown = new Map<string, string>();
  const found: LintRow[] = [];
  const look = (row: DatasetRow): void => {
    const schema = row.dbId === null ? undefined : dataset.schemas.get(row.dbId);
    const values = comparedStrings(row.sql, schema);
    if (values.length === 0) return;
    if (schema && !shown.has(schema.dbId)) shown.set(schema.dbId, padded(wordsOf(schemaText(schema))));
    const texts = [padded(row.words), shown.get(schema?.dbId ?? "") ?? ""];
    const hidden = values.filter((value) => !texts.some((text) => shows(text, value)));
    if (hidden.length > 0) found.push(lintRow(row, [...new Set(hidden)].map((value) => `'${value}'`).join(", ")));
  };
  await inTurns(rows, look, options);
  return finding(found, {
    check: "hidden-value",
    severity: "warning",
    message: `${plural(found.length, "gold query")} (${percent(found.length, rows.length)}) ${found.length === 1 ? "needs" : "need"} a value that neither the question nor the schema shows`,
    fix: "Put the value into the question as the database spells it, or leave the row out.",
  });
}

const COMPARISONS = new Set(["=", "==", "<>", "!=", "<", ">", "<=", ">=", "LIKE", "GLOB", "IS", "NOT"]);

/**
 * Strings that the query compares something with: operands of =, LIKE, IN and the like, without the wildcards of a
 * pattern. Formats and other arguments of functions are none. "x" counts where it is no column of the schema.
 */
export function comparedStrings(sql: string, schema: Schema | undefined): string[] {
  if (!/['"]/.test(sql)) return [];
  const dialect = schema?.dialect ?? "sqlite";
  const columns = new Set(schema?.tables.flatMap((table) => table.columns.map(({ name }) => name.toLowerCase())));
  const text = dialect === "postgresql" ? sql : rewriteDoubleQuotedStrings(sql, columns);
  const tokens = lex(text, { dialect }).filter(({ kind }) => kind !== "comment");
  return tokens.flatMap((token, i) => {
    if (token.kind !== "string" || !isCompared(tokens, i)) return [];
    const value = unquoteIdentifier(token.text);
    return ["LIKE", "GLOB"].includes(wordOf(tokens[i - 1])) ? [value.replace(/[%*]/g, " ").trim()] : [value];
  });
}

const wordOf = (token: Token | undefined): string => token?.text.toUpperCase() ?? "";

function isCompared(tokens: Token[], i: number): boolean {
  const before = wordOf(tokens[i - 1]);
  if (COMPARISONS.has(before) || COMPARISONS.has(wordOf(tokens[i + 1]))) return true;
  if (before === "BETWEEN" || (before === "AND" && wordOf(tokens[i - 3]) === "BETWEEN")) return true;
  // A list: IN ('a', 'b').
  let at = i - 1;
  while (at > 0 && (tokens[at]!.text === "," || ["string", "number"].includes(tokens[at]!.kind))) at--;
  return tokens[at]?.text === "(" && wordOf(tokens[at - 1]) === "IN";
}

const padded = (words: readonly string[]): string => ` ${words.join(" ")} `;

/** The value's words stand there one after another; a value of three letters and more also within a word ("courses"). */
function shows(text: string, value: string): boolean {
  const words = wordsOf(value.replaceAll("_", " ")).join(" ");
  return words === "" || text.includes(words.length >= 3 ? words : ` ${words} `);
}
