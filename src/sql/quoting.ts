import { quoteString, unquoteIdentifier } from "./identifiers.js";
import { lex, type Token } from "./lexer.js";

/**
 * Rewrites "x" to 'x' where x can only be a string. SQLite reads a double-quoted name that is no column as a string
 * unless it is built with SQLITE_DQS=0 (https://sqlite.org/quirks.html#dblquote), as better-sqlite3's is; much published
 * SQL relies on the old reading.
 *
 * @param columns lower-case names of the columns of the query's tables. The query's own aliases need not be in it.
 * @returns the SQL with nothing else changed; SQL without double-quoted strings comes back as it is.
 */
export function rewriteDoubleQuotedStrings(sql: string, columns: ReadonlySet<string>): string {
  if (!sql.includes('"')) return sql;
  const tokens = lex(sql).filter((token) => token.kind !== "comment");
  const nameOnly = namePositions(tokens);
  const aliases = new Set<string>();
  for (const [i, token] of tokens.entries()) {
    if (nameOnly[i] === "alias") aliases.add(unquoteIdentifier(token.text).toLowerCase());
  }
  let out = "";
  let copied = 0;
  for (const [i, token] of tokens.entries()) {
    if (token.kind !== "quoted_identifier" || token.text[0] !== '"' || nameOnly[i] !== null) continue;
    const value = unquoteIdentifier(token.text);
    if (columns.has(value.toLowerCase()) || aliases.has(value.toLowerCase())) continue;
    out += sql.slice(copied, token.start) + quoteString(value);
    copied = token.end;
  }
  return out + sql.slice(copied);
}

const TABLE_FOLLOWS = new Set(["FROM", "JOIN", "INTO", "UPDATE", "TABLE", "IN"]);
/** Keywords that end an operand, so that a name right after them is an alias. */
const OPERAND_KEYWORDS = new Set(["END", "NULL", "CURRENT_DATE", "CURRENT_TIME", "CURRENT_TIMESTAMP"]);
const ENDS_TABLE_LIST = new Set(
  "WHERE GROUP ORDER HAVING LIMIT WINDOW UNION INTERSECT EXCEPT SELECT SET VALUES RETURNING".split(" "),
);

/** For each token: "name" where only a table, a qualified column or a function can stand, "alias" for an alias, else null. */
function namePositions(tokens: Token[]): ("name" | "alias" | null)[] {
  const positions: ("name" | "alias" | null)[] = [];
  // One entry an open parenthesis: whether a comma at this depth separates tables.
  const inTableList = [false];
  for (const [i, token] of tokens.entries()) {
    const previous = tokens[i - 1];
    const word = token.kind === "keyword" ? token.text.toUpperCase() : "";
    // FROM (a, b) lists tables, IN (a, b) lists values.
    if (token.text === "(") {
      const opensTables = previous !== undefined && keyword(previous) !== "IN";
      inTableList.push(opensTables && isTablePosition(previous, inTableList.at(-1)!));
    }
    if (token.text === ")" && inTableList.length > 1) inTableList.pop();
    else if (word === "FROM") inTableList[inTableList.length - 1] = true;
    else if (ENDS_TABLE_LIST.has(word)) inTableList[inTableList.length - 1] = false;

    if (!isNameToken(token)) positions.push(null);
    else if (previous?.text === "." || tokens[i + 1]?.text === "." || tokens[i + 1]?.text === "(")
      positions.push("name");
    else if (previous === undefined) positions.push(null);
    else if (isTablePosition(previous, inTableList.at(-1)!)) positions.push("name");
    else if (keyword(previous) === "COLLATE") positions.push("name");
    else if (keyword(previous) === "AS" || endsOperand(previous)) positions.push("alias");
    else positions.push(null);
  }
  return positions;
}

const isNameToken = (token: Token): boolean => token.kind === "identifier" || token.kind === "quoted_identifier";
const keyword = (token: Token): string => (token.kind === "keyword" ? token.text.toUpperCase() : "");

function isTablePosition(previous: Token | undefined, inTableList: boolean): boolean {
  if (previous === undefined) return false;
  return TABLE_FOLLOWS.has(keyword(previous)) || (inTableList && (previous.text === "," || previous.text === "("));
}

function endsOperand(token: Token): boolean {
  return (
    isNameToken(token) ||
    ["string", "number", "blob", "parameter"].includes(token.kind) ||
    token.text === ")" ||
    OPERAND_KEYWORDS.has(keyword(token))
  );
}
