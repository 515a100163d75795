import { ConditionParser } from "./parse-condition.js";
import { pythonIntOf } from "./python-strings.js";
import type { SpiderSchema } from "./spider-schema.js";
import {
  AGG_OPS,
  type ColUnit,
  type Conds,
  type SelectUnit,
  SpiderParseError,
  type SpiderSql,
  SQL_OPS,
  type TableUnit,
  type ValUnit,
} from "./spider-sql.js";
import { spiderTokens } from "./tokenize.js";
import { CLAUSES, isOneOf, type Read, type Tokens, tokenAt } from "./tokens.js";

/** Which of the two official scripts: taoyds/test-suite-sql-eval, or taoyds/spider before it. */
export type SpiderScript = "test-suite" | "spider";

export interface SpiderParseOptions {
  /**
   * The scripts' parsers differ in LIMIT alone: "test-suite" takes any token for 1, "spider" keeps the number and does not
   * parse where it is none. Default "test-suite".
   */
  script?: SpiderScript;
}

/**
 * Spider's own parser (process_sql.py, `get_sql`), with its faults: it reads only what Spider's queries use, stops without
 * a word at what follows a complete query, and takes some things that are no SQL.
 *
 * @throws SpiderParseError for whatever makes the Python script raise, its limit on recursion included
 */
export function parseSpiderSql(schema: SpiderSchema, query: string, options: SpiderParseOptions = {}): SpiderSql {
  const tokens = spiderTokens(query);
  const [, sql] = new SpiderParser(schema, tokens, options.script ?? "test-suite").parseSql(tokens, 0);
  return sql;
}

type MutableConds = Conds[number][];

class SpiderParser extends ConditionParser {
  readonly #script: SpiderScript;

  constructor(schema: SpiderSchema, tokens: Tokens, script: SpiderScript) {
    super(schema, tokens);
    this.#script = script;
  }

  override parseSql(toks: Tokens, start: number): Read<SpiderSql> {
    return this.call(() => {
      const block = tokenAt(toks, start) === "(";
      const { end, units, conds, tables } = this.#from(toks, start);
      const select = this.#select(toks, block ? start + 1 : start, tables);
      const [afterWhere, where] = this.#conditionsAfter("where", toks, end, tables);
      const [afterGroup, groupBy] = this.#groupBy(toks, afterWhere, tables);
      const [afterHaving, having] = this.#conditionsAfter("having", toks, afterGroup, tables);
      const [afterOrder, orderBy] = this.#orderBy(toks, afterHaving, tables);
      const [afterLimit, limit] = this.#limit(toks, afterOrder);
      let at = this.#skipSemicolons(toks, afterLimit);
      if (block) at = this.#skipSemicolons(toks, this.closeBracket(toks, at));
      const sql: SpiderSql = {
        ...{ select, from: { table_units: units, conds }, where, groupBy, having, orderBy, limit },
        ...{ intersect: null, union: null, except: null },
      };
      const op = toks[at];
      if (isOneOf(op, SQL_OPS)) [at, sql[op]] = this.parseSql(toks, at + 1);
      return [at, sql];
    });
  }

  #from(toks: Tokens, start: number): { end: number; units: TableUnit[]; conds: Conds; tables: string[] } {
    return this.call(() => {
      const from = toks.indexOf("from", start);
      if (from < 0) throw new SpiderParseError("'from' not found");
      const units: TableUnit[] = [];
      const conds: MutableConds = [];
      const tables: string[] = [];
      let at = from + 1;
      while (at < toks.length) {
        const block = toks[at] === "(";
        if (block) at++;
        if (tokenAt(toks, at) === "select") {
          const [end, sql] = this.parseSql(toks, at);
          at = end;
          units.push(["sql", sql]);
        } else {
          if (toks[at] === "join") at++;
          const [end, id, table] = this.#tableUnit(toks, at);
          at = end;
          units.push(["table_unit", id]);
          tables.push(table);
        }
        if (toks[at] === "on") {
          const [end, more] = this.parseConditions(toks, at + 1, tables);
          at = end;
          if (conds.length > 0) conds.push("and");
          for (const cond of more) conds.push(cond);
        }
        if (block) at = this.closeBracket(toks, at);
        if (at < toks.length && this.endsClause(toks[at]!)) break;
      }
      return { end: at, units, conds, tables };
    });
  }

  #tableUnit(toks: Tokens, at: number): readonly [at: number, id: string, table: string] {
    return this.call(() => {
      const table = this.tableNamed(tokenAt(toks, at));
      return [at + (toks[at + 1] === "as" ? 3 : 1), this.idOf(table), table];
    });
  }

  #select(toks: Tokens, start: number, tables: readonly string[]): SpiderSql["select"] {
    return this.call(() => {
      if (tokenAt(toks, start) !== "select") throw new SpiderParseError("'select' not found");
      let at = start + 1;
      const distinct = toks[at] === "distinct";
      if (distinct) at++;
      const units: SelectUnit[] = [];
      while (at < toks.length && !CLAUSES.has(toks[at]!)) {
        const agg = Math.max(0, (AGG_OPS as readonly string[]).indexOf(toks[at]!));
        if (isOneOf(toks[at], AGG_OPS)) at++;
        const [end, unit] = this.parseValUnit(toks, at, tables);
        units.push([agg, unit]);
        at = toks[end] === "," ? end + 1 : end;
      }
      return [distinct, units];
    });
  }

  #conditionsAfter(word: "where" | "having", toks: Tokens, at: number, tables: readonly string[]): Read<Conds> {
    return this.call(() => (toks[at] === word ? this.parseConditions(toks, at + 1, tables) : [at, []]));
  }

  #groupBy(toks: Tokens, start: number, tables: readonly string[]): Read<ColUnit[]> {
    return this.call(() => {
      const units: ColUnit[] = [];
      if (toks[start] !== "group") return [start, units];
      let at = this.#by(toks, start + 1);
      while (at < toks.length && !this.endsClause(toks[at]!)) {
        const [end, unit] = this.parseColUnit(toks, at, tables);
        units.push(unit);
        at = end;
        if (toks[at] !== ",") break;
        at++;
      }
      return [at, units];
    });
  }

  #orderBy(toks: Tokens, start: number, tables: readonly string[]): Read<SpiderSql["orderBy"]> {
    return this.call(() => {
      if (toks[start] !== "order") return [start, []];
      let at = this.#by(toks, start + 1);
      let direction: "asc" | "desc" = "asc";
      const units: ValUnit[] = [];
      while (at < toks.length && !this.endsClause(toks[at]!)) {
        const [end, unit] = this.parseValUnit(toks, at, tables);
        units.push(unit);
        at = end;
        const word = toks[at];
        if (word === "asc" || word === "desc") {
          direction = word;
          at++;
        }
        if (toks[at] !== ",") break;
        at++;
      }
      return [at, [direction, units]];
    });
  }

  #by(toks: Tokens, at: number): number {
    if (tokenAt(toks, at) !== "by") throw new SpiderParseError(`'by' expected before '${toks[at]}'`);
    return at + 1;
  }

  #limit(toks: Tokens, at: number): Read<bigint | null> {
    if (toks[at] !== "limit") return [at, null];
    const word = tokenAt(toks, at + 1);
    const limit = this.#script === "spider" ? pythonIntOf(word) : 1n;
    if (limit === null) throw new SpiderParseError(`LIMIT ${word} is no number`);
    return [at + 2, limit];
  }

  #skipSemicolons(toks: Tokens, start: number): number {
    let at = start;
    while (toks[at] === ";") at++;
    return at;
  }
}
