import type { WikiSqlQuery } from "../../data/wikisql-sql.js";
import type { Table } from "../../schema/types.js";
import { unquoteIdentifier } from "../../sql/identifiers.js";
import { lex, type Token } from "../../sql/lexer.js";

const AGGREGATES = ["", "MAX", "MIN", "COUNT", "SUM", "AVG"];
const OPERATORS = ["=", ">", "<"];

/**
 * SQL read as WikiSQL's form, so that a model that writes SQL can be scored for it: `SELECT column` or `SELECT
 * AGG(column)` from one table, with conditions on columns joined by AND. Columns go by their names in the table, in any
 * case and quoting, or by col0, col1, …; one may stand behind the table's name and a dot.
 *
 * @param table as `wikiSqlTable` makes it
 * @returns null for SQL of any other form, or with a column that the table does not have
 */
export function parseWikiSqlText(sql: string, table: Table): WikiSqlQuery | null {
  return new QueryReader(sql, table).query();
}

class QueryReader {
  readonly #tokens: Token[];
  readonly #columns: Map<string, number>;
  #at = 0;

  constructor(sql: string, table: Table) {
    this.#tokens = lex(sql).filter(({ kind }) => kind !== "comment");
    this.#columns = new Map([
      ...table.columns.map((_, i) => [`col${i}`, i] as const),
      ...table.columns.map(({ name }, i) => [name.toLowerCase(), i] as const),
    ]);
  }

  query(): WikiSqlQuery | null {
    if (!this.#take("SELECT")) return null;
    const selected = this.#selected();
    if (selected === null || !this.#take("FROM") || !this.#name()) return null;
    const conds: WikiSqlQuery["conds"] = [];
    if (this.#take("WHERE")) {
      do {
        const condition = this.#condition();
        if (condition === null) return null;
        conds.push(condition);
      } while (this.#take("AND"));
    }
    this.#take(";");
    return this.#at === this.#tokens.length ? { ...selected, conds } : null;
  }

  #selected(): { sel: number; agg: number } | null {
    const agg = AGGREGATES.indexOf(this.#tokens[this.#at]?.text.toUpperCase() ?? "");
    if (agg <= 0 || this.#tokens[this.#at + 1]?.text !== "(") {
      const sel = this.#column();
      return sel === null ? null : { sel, agg: 0 };
    }
    this.#at += 2;
    const sel = this.#column();
    return sel !== null && this.#take(")") ? { sel, agg } : null;
  }

  #condition(): WikiSqlQuery["conds"][number] | null {
    const column = this.#column();
    if (column === null) return null;
    const operator = OPERATORS.indexOf(this.#tokens[this.#at++]?.text.replace("==", "=") ?? "");
    const value = this.#value();
    return operator < 0 || value === null ? null : [column, operator, value];
  }

  /** As text: the official comparison takes it so, whether it was a number or not. */
  #value(): string | null {
    const sign = this.#take("-") ? "-" : "";
    const token = this.#tokens[this.#at++];
    if (token?.kind === "number") return sign + token.text;
    // "x" is a string to SQLite where it is no column.
    const isString = token?.kind === "string" || (token?.kind === "quoted_identifier" && token.text[0] === '"');
    return isString && sign === "" ? unquoteIdentifier(token.text) : null;
  }

  #column(): number | null {
    let name = this.#name();
    if (name !== null && this.#take(".")) name = this.#name();
    return name === null ? null : (this.#columns.get(name.toLowerCase()) ?? null);
  }

  /** Words that SQL reserves are names too in a table from the web. */
  #name(): string | null {
    const token = this.#tokens[this.#at];
    if (!token || !["identifier", "quoted_identifier", "keyword"].includes(token.kind)) return null;
    this.#at++;
    return unquoteIdentifier(token.text);
  }

  #take(text: string): boolean {
    const found = this.#tokens[this.#at]?.text.toUpperCase() === text;
    if (found) this.#at++;
    return found;
  }
}
