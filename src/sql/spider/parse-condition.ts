import { pythonFloatOf } from "./python-strings.js";
import type { SpiderSchema } from "./spider-schema.js";
import {
  AGG_OPS,
  type ColUnit,
  type Conds,
  type CondValue,
  SpiderParseError,
  type SpiderSql,
  UNIT_OPS,
  type ValUnit,
  WHERE_OPS,
} from "./spider-sql.js";
import { CLAUSES, isOneOf, JOIN_WORDS, type Read, type Tokens, tokenAt } from "./tokens.js";

/**
 * Python stops at 1000 calls inside each other, which the script takes for a query that does not parse. Three are taken
 * before the parser is called (module, `evaluate`, `get_sql`).
 */
const PYTHON_RECURSION_LIMIT = 1000;
const CALLS_BEFORE_PARSER = 3;

/** Columns, values and conditions: the part of Spider's parser below the clauses. */
export abstract class ConditionParser {
  readonly #schema: SpiderSchema;
  /** What a name in the query stands for: a table's own name, or whatever stood before AS. */
  readonly #names: ReadonlyMap<string, string>;
  #depth = CALLS_BEFORE_PARSER;

  constructor(schema: SpiderSchema, tokens: Tokens) {
    this.#schema = schema;
    this.#names = namesOf(schema, tokens);
  }

  abstract parseSql(toks: Tokens, start: number): Read<SpiderSql>;

  /** Counts one call of the Python parser. A throw ends the parse, so the count need not be mended then. */
  protected call<T>(body: () => T): T {
    if (++this.#depth > PYTHON_RECURSION_LIMIT) throw new SpiderParseError("maximum recursion depth exceeded");
    const result = body();
    this.#depth--;
    return result;
  }

  protected tableNamed(name: string): string {
    const table = this.#names.get(name);
    if (table === undefined) throw new SpiderParseError(`Unknown table or alias: ${name}`);
    return table;
  }

  protected idOf(name: string): string {
    return this.call(() => {
      const id = this.#schema.idOf(name);
      if (id === undefined) throw new SpiderParseError(`Unknown name: ${name}`);
      return id;
    });
  }

  protected endsClause(token: string): boolean {
    return CLAUSES.has(token) || token === ")" || token === ";";
  }

  protected closeBracket(toks: Tokens, at: number): number {
    if (tokenAt(toks, at) !== ")") throw new SpiderParseError(`')' expected before '${toks[at]}'`);
    return at + 1;
  }

  #column(toks: Tokens, at: number, tables: readonly string[]): Read<string> {
    return this.call(() => {
      const token = tokenAt(toks, at);
      if (token === "*") return [at + 1, this.idOf(token)];
      if (token.includes(".")) {
        const [alias = "", column = "", ...more] = token.split(".");
        if (more.length > 0) throw new SpiderParseError(`Too many dots: ${token}`);
        return [at + 1, this.idOf(`${this.tableNamed(alias)}.${column}`)];
      }
      for (const name of tables) {
        const table = this.tableNamed(name);
        const columns = this.call(() => this.#schema.columnsOf(table));
        if (columns === undefined) throw new SpiderParseError(`No table: ${table}`);
        if (columns.has(token)) return [at + 1, this.idOf(`${table}.${token}`)];
      }
      throw new SpiderParseError(`Error col: ${token}`);
    });
  }

  protected parseColUnit(toks: Tokens, start: number, tables: readonly string[]): Read<ColUnit> {
    return this.call(() => {
      const block = tokenAt(toks, start) === "(";
      let at = block ? start + 1 : start;
      const agg = (AGG_OPS as readonly string[]).indexOf(tokenAt(toks, at));
      if (agg >= 0) {
        if (toks[++at] !== "(") throw new SpiderParseError(`'(' expected after ${toks[at - 1]}`);
        const distinct = tokenAt(toks, ++at) === "distinct";
        const [end, column] = this.#column(toks, distinct ? at + 1 : at, tables);
        // The bracket around the whole, if there was one, is left for the caller to stumble over.
        return [this.closeBracket(toks, end), [agg, column, distinct]];
      }
      const distinct = toks[at] === "distinct";
      const [end, column] = this.#column(toks, distinct ? at + 1 : at, tables);
      return [block ? this.closeBracket(toks, end) : end, [0, column, distinct]];
    });
  }

  protected parseValUnit(toks: Tokens, start: number, tables: readonly string[]): Read<ValUnit> {
    return this.call(() => {
      const block = tokenAt(toks, start) === "(";
      let [at, left] = this.parseColUnit(toks, block ? start + 1 : start, tables);
      const op = (UNIT_OPS as readonly string[]).indexOf(toks[at] ?? "");
      let right: ColUnit | null = null;
      if (op >= 0) [at, right] = this.parseColUnit(toks, at + 1, tables);
      return [block ? this.closeBracket(toks, at) : at, [Math.max(0, op), left, right]];
    });
  }

  #value(toks: Tokens, start: number, tables: readonly string[]): Read<CondValue> {
    return this.call(() => {
      const block = tokenAt(toks, start) === "(";
      let at = block ? start + 1 : start;
      const token = tokenAt(toks, at);
      let value: CondValue = token;
      if (token === "select") [at, value] = this.parseSql(toks, at);
      else if (token.includes('"')) at++;
      else {
        const number = pythonFloatOf(token);
        if (number === null) [at, value] = this.#columnValue(toks, start, at, tables);
        else [at, value] = [at + 1, number];
      }
      return [block ? this.closeBracket(toks, at) : at, value];
    });
  }

  /** A column for a value: one unit is read, and whatever stands after it up to the next clause is passed over. */
  #columnValue(toks: Tokens, start: number, at: number, tables: readonly string[]): Read<ColUnit> {
    let end = at;
    while (end < toks.length && !this.#endsValue(toks[end]!)) end++;
    const [, unit] = this.parseColUnit(toks.slice(start, end), 0, tables);
    return [end, unit];
  }

  #endsValue(token: string): boolean {
    return token === "," || token === ")" || token === "and" || CLAUSES.has(token) || JOIN_WORDS.has(token);
  }

  protected parseConditions(toks: Tokens, start: number, tables: readonly string[]): Read<Conds> {
    return this.call(() => {
      const conds: Conds[number][] = [];
      let at = start;
      while (at < toks.length) {
        const [afterLeft, left] = this.parseValUnit(toks, at, tables);
        const not = tokenAt(toks, afterLeft) === "not";
        at = not ? afterLeft + 1 : afterLeft;
        const op = (WHERE_OPS as readonly string[]).indexOf(tokenAt(toks, at));
        if (op < 0) throw new SpiderParseError(`Error condition: idx: ${at}, tok: ${toks[at]}`);
        let value: CondValue;
        let upTo: CondValue = null;
        [at, value] = this.#value(toks, at + 1, tables);
        if (WHERE_OPS[op] === "between") {
          if (tokenAt(toks, at) !== "and") throw new SpiderParseError("BETWEEN without AND");
          [at, upTo] = this.#value(toks, at + 1, tables);
        }
        conds.push([not, op, left, value, upTo]);
        const next = toks[at];
        if (next !== undefined && (this.endsClause(next) || JOIN_WORDS.has(next))) break;
        if (isOneOf(next, ["and", "or"])) {
          conds.push(next);
          at++;
        }
      }
      return [at, conds];
    });
  }
}

/** Every AS of the query, in whatever clause, gives a name; then every table has its own. */
function namesOf(schema: SpiderSchema, tokens: Tokens): Map<string, string> {
  const names = new Map<string, string>();
  tokens.forEach((token, i) => {
    if (token === "as") names.set(tokenAt(tokens, i + 1), tokens.at(i - 1)!);
  });
  for (const table of schema.tables) {
    if (names.has(table)) throw new SpiderParseError(`Alias ${table} has the same name in table`);
    names.set(table, table);
  }
  return names;
}
