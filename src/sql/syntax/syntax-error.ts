import { SqltuneError } from "../../errors.js";
import type { Token } from "../lexer.js";

/** SQL that SQLite's parser would reject too, with the place where it does. */
export class SqlSyntaxError extends SqltuneError {
  constructor(
    message: string,
    /** Offset into the SQL in UTF-16 units; its length where the SQL ends too soon. */
    readonly position: number,
    /** The token that does not fit; null at the end of the SQL. */
    readonly found: string | null,
    /** What could have stood there, in words. */
    readonly expected: string,
  ) {
    super(message, { code: "ERR_SQL_SYNTAX" });
  }
}

/** near "x" at 17: expected a table name */
export function unexpectedToken(token: Token | undefined, end: number, expected: string): SqlSyntaxError {
  if (token === undefined) {
    return new SqlSyntaxError(`incomplete input at ${end}: expected ${expected}`, end, null, expected);
  }
  const shown = token.text.length > 40 ? `${token.text.slice(0, 40)}…` : token.text;
  const what = token.kind === "illegal" ? `unrecognized token "${shown}"` : `near "${shown}"`;
  return new SqlSyntaxError(`${what} at ${token.start}: expected ${expected}`, token.start, token.text, expected);
}
