import type Database from "better-sqlite3";
import { quoteString, unquoteIdentifier } from "../sql/identifiers.js";
import { lex, type Token } from "../sql/lexer.js";

/** Beyond so many, names that nothing in the query or the database has become strings at once, not one by one. */
const ONE_BY_ONE = 64;

/**
 * Compiles SQL as stock SQLite does, where a "double-quoted" name that cannot be resolved is a string
 * (https://sqlite.org/quirks.html#dblquote). better-sqlite3's SQLite is built without that (SQLITE_DQS=0), and much
 * published SQL needs it. Its error names the column at the very place where stock SQLite would take the string, so
 * each is written as a string when SQLite itself fails to resolve it, whatever the scopes and aliases.
 *
 * @param columns lower-case names of the database's columns
 * @throws what SQLite throws for SQL that stock SQLite refuses too
 */
export function prepareAsStock(
  connection: Database.Database,
  sql: string,
  columns: () => ReadonlySet<string>,
): Database.Statement<unknown[]> {
  try {
    return connection.prepare(sql);
  } catch (error) {
    const query = new DoubleQuotedQuery(connection, sql);
    if (query.unresolved(error).length === 0) throw error;
    if (query.quoted.length > ONE_BY_ONE) query.writeUnknown(columns());
    return query.prepare();
  }
}

class DoubleQuotedQuery {
  readonly #connection: Database.Database;
  readonly #sql: string;
  readonly #tokens: Token[];
  /** Places of the tokens that can be a string: in double quotes, beside no dot, no function's name. */
  readonly quoted: number[];
  readonly #values: string[];
  readonly #strings = new Set<number>();
  /** Strings that give a column of a subquery the name that they had as a name. */
  readonly #named = new Set<number>();

  constructor(connection: Database.Database, sql: string) {
    this.#connection = connection;
    this.#sql = sql;
    this.#tokens = lex(sql).filter((token) => token.kind !== "comment");
    const text = (i: number): string => this.#tokens[i]?.text ?? "";
    this.quoted = this.#tokens.flatMap((token, i) => {
      const isQuoted = token.kind === "quoted_identifier" && token.text[0] === '"';
      return isQuoted && text(i - 1) !== "." && text(i + 1) !== "." && text(i + 1) !== "(" ? [i] : [];
    });
    this.#values = this.#tokens.map((token) => unquoteIdentifier(token.text));
  }

  /** Tokens, not yet strings, of the name that an error says to be no column. */
  unresolved(error: unknown): number[] {
    const { message } = error as Error;
    if (!message.startsWith('no such column: "')) return [];
    return this.quoted.filter(
      (i) =>
        !this.#strings.has(i) &&
        message === `no such column: "${this.#values[i]}" - should this be a string literal in single-quotes?`,
    );
  }

  /** Makes strings of all that cannot be anything else: neither a column of the database nor another word of the query. */
  writeUnknown(columns: ReadonlySet<string>): void {
    const times = new Map<string, number>();
    for (const value of this.#values) times.set(value.toLowerCase(), (times.get(value.toLowerCase()) ?? 0) + 1);
    for (const i of this.quoted) {
      const name = this.#values[i]!.toLowerCase();
      if (!columns.has(name) && times.get(name) === 1) this.#strings.add(i);
    }
  }

  prepare(): Database.Statement<unknown[]> {
    /** Tokens of a name that stands in several places: some may be columns there. */
    const several: number[] = [];
    for (;;) {
      const outcome = this.#try();
      if ("statement" in outcome) {
        return several.length === 0 ? outcome.statement : this.#restoreColumns(several);
      }
      const places = this.unresolved(outcome.error);
      if (places.length === 0) return this.#nameColumns(outcome.error);
      for (const i of places) this.#strings.add(i);
      if (places.length > 1) several.push(...places);
    }
  }

  #restoreColumns(places: readonly number[]): Database.Statement<unknown[]> {
    for (const i of places) {
      this.#strings.delete(i);
      if ("error" in this.#try()) this.#strings.add(i);
    }
    return this.#connection.prepare(this.#write());
  }

  /**
   * The column of `(SELECT "x" FROM t)` is called x even where "x" is a string. Tried when nothing else helps, because
   * in other places an alias would make a name known that stock SQLite does not know.
   */
  #nameColumns(error: unknown): Database.Statement<unknown[]> {
    const depths = this.#depths();
    for (const i of this.#strings) if (depths[i]! > 0 && this.#isResultColumn(i)) this.#named.add(i);
    if (this.#named.size === 0) throw error;
    const outcome = this.#try();
    if ("statement" in outcome) return outcome.statement;
    throw error;
  }

  #isResultColumn(i: number): boolean {
    const before = this.#tokens[i - 1]?.text.toUpperCase() ?? "";
    const after = this.#tokens[i + 1]?.text.toUpperCase() ?? "";
    return (
      ["SELECT", "DISTINCT", "ALL", ","].includes(before) &&
      [",", "FROM", ")", "UNION", "EXCEPT", "INTERSECT", "WHERE", "ORDER", "LIMIT", "GROUP"].includes(after)
    );
  }

  #depths(): number[] {
    let depth = 0;
    return this.#tokens.map(({ text }) => {
      if (text === "(") depth++;
      else if (text === ")") depth--;
      return depth;
    });
  }

  #try(): { statement: Database.Statement<unknown[]> } | { error: unknown } {
    try {
      return { statement: this.#connection.prepare(this.#write()) };
    } catch (error) {
      return { error };
    }
  }

  #write(): string {
    let out = "";
    let copied = 0;
    for (const i of this.quoted) {
      if (!this.#strings.has(i)) continue;
      const { start, end, text } = this.#tokens[i]!;
      const alias = this.#named.has(i) ? ` AS ${text}` : "";
      out += this.#sql.slice(copied, start) + quoteString(this.#values[i]!) + alias;
      copied = end;
    }
    return out + this.#sql.slice(copied);
  }
}
