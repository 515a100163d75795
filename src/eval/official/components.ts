import { type Cond, type Conds, isNestedSql, type SpiderSql, SQL_OPS, WHERE_OPS } from "../../sql/spider/index.js";
import { COMPONENTS, type ComponentScore, type PartialScores } from "../verdicts.js";
import { countMatches, pythonEqual } from "./python-equal.js";
import { OfficialScriptFailure } from "./rebuild.js";

/** How much of a component is in both queries. */
interface Overlap {
  label: number;
  pred: number;
  both: number;
}

export interface ExactMatch {
  em: boolean;
  partial: PartialScores;
  /** What stops the script here, though there is an answer; null where nothing does. */
  scriptError: string | null;
}

/**
 * evaluation.py, `eval_exact_match`: every component right, and the same tables.
 *
 * @param pred,label queries from `comparable`
 * @throws OfficialScriptFailure where the script stops and no answer suggests itself
 */
export function exactMatch(pred: SpiderSql, label: SpiderSql): ExactMatch {
  const { total, scriptError } = setOperations(pred, label);
  const partial = partialScores(pred, label, total);
  const right = COMPONENTS.every((component) => partial[component].f1 === 1);
  if (!right || label.from.table_units.length === 0) return { em: right, partial, scriptError };
  return { em: sameTables(pred, label), partial, scriptError: scriptError ?? sortError(pred) ?? sortError(label) };
}

/** evaluation.py, `eval_partial_match`. */
function partialScores(pred: SpiderSql, label: SpiderSql, iuen: Overlap): PartialScores {
  const where = conditionsOf(pred.where);
  const labelWhere = conditionsOf(label.where);
  const select = pred.select[1];
  const labelSelect = label.select[1];
  const second = <T>(units: readonly (readonly [unknown, T])[]): T[] => units.map((unit) => unit[1]);
  return {
    select: score(overlap(select, labelSelect)),
    "select(no AGG)": score(overlap(second(select), second(labelSelect))),
    where: score(overlap(where, labelWhere)),
    "where(no OP)": score(
      overlap(
        where.map((cond) => cond[2]),
        labelWhere.map((cond) => cond[2]),
      ),
    ),
    "group(no Having)": score(overlap(groupColumns(pred), groupColumns(label))),
    group: score(groupAndHaving(pred, label)),
    order: score(orderAndLimit(pred, label)),
    "and/or": score(connectors(pred, label)),
    IUEN: score(iuen),
    keywords: score(overlap([...keywordsOf(pred)], [...keywordsOf(label)])),
  };
}

/** evaluation.py, `get_scores`: all or nothing. */
function score({ label, pred, both }: Overlap): ComponentScore {
  const right = label === pred && both === pred ? 1 : 0;
  return { acc: right, rec: right, f1: right, label_total: label, pred_total: pred };
}

function overlap(pred: readonly unknown[], label: readonly unknown[]): Overlap {
  return { label: label.length, pred: pred.length, both: countMatches(pred, label) };
}

/** `conds[::2]`; a word in such a place was already refused. */
function conditionsOf(conds: Conds): Cond[] {
  return conds.filter((_, i) => i % 2 === 0) as Cond[];
}

/** Without the table: `t.name` and `s.name` are the same here. */
function groupColumns(sql: SpiderSql): string[] {
  return sql.groupBy.map(([, column]) => column.split(".")[1] ?? column);
}

function groupAndHaving(pred: SpiderSql, label: SpiderSql): Overlap {
  const columns = (sql: SpiderSql): string[] => sql.groupBy.map((unit) => unit[1]);
  const both =
    pred.groupBy.length > 0 &&
    label.groupBy.length > 0 &&
    pythonEqual(columns(pred), columns(label)) &&
    pythonEqual(pred.having, label.having);
  return { label: present(label.groupBy), pred: present(pred.groupBy), both: Number(both) };
}

function orderAndLimit(pred: SpiderSql, label: SpiderSql): Overlap {
  const both =
    label.orderBy.length > 0 &&
    pythonEqual(pred.orderBy, label.orderBy) &&
    (pred.limit === null) === (label.limit === null);
  return { label: present(label.orderBy), pred: present(pred.orderBy), both: Number(both) };
}

function present(list: readonly unknown[]): number {
  return list.length > 0 ? 1 : 0;
}

/** The words between the conditions of WHERE, each once. Where they differ the script gives the two counts in each other's place. */
function connectors(pred: SpiderSql, label: SpiderSql): Overlap {
  const [inPred, inLabel] = [connectorSet(pred.where), connectorSet(label.where)];
  const same = inPred.length === inLabel.length && countMatches(inPred, inLabel) === inPred.length;
  return same ? { label: 1, pred: 1, both: 1 } : { label: inPred.length, pred: inLabel.length, both: 0 };
}

/** `set(conds[1::2])`. Where a word was left out a condition stands there, which Python cannot put into a set if it is nested. */
function connectorSet(conds: Conds): Conds[number][] {
  const found: Conds[number][] = [];
  for (const item of conds.filter((_, i) => i % 2 === 1)) {
    if (typeof item !== "string" && (isNestedSql(item[3]) || isNestedSql(item[4]))) {
      throw new OfficialScriptFailure("unhashable type: 'dict'");
    }
    if (!found.some((other) => pythonEqual(item, other))) found.push(item);
  }
  return found;
}

function setOperations(pred: SpiderSql, label: SpiderSql): { total: Overlap; scriptError: string | null } {
  const total: Overlap = { label: 0, pred: 0, both: 0 };
  let scriptError: string | null = null;
  for (const op of SQL_OPS) {
    const [ofPred, ofLabel] = [pred[op], label[op]];
    if (ofPred !== null) total.pred++;
    if (ofLabel !== null) total.label++;
    if (ofPred === null || ofLabel === null) continue;
    const match = exactMatch(ofPred, ofLabel);
    if (match.em) total.both++;
    scriptError ??= match.scriptError;
  }
  return { total, scriptError };
}

const [IN, LIKE] = [WHERE_OPS.indexOf("in"), WHERE_OPS.indexOf("like")];

/** evaluation.py, `get_keywords`. */
function keywordsOf(sql: SpiderSql): Set<string> {
  const conds = [sql.from.conds, sql.where, sql.having];
  const all = conds.flatMap(conditionsOf);
  const words = conds.flatMap((list) => list.filter((_, i) => i % 2 === 1));
  const found = new Set<string>();
  const add = (word: string, there: boolean): void => {
    if (there) found.add(word);
  };
  add("where", sql.where.length > 0);
  add("group", sql.groupBy.length > 0);
  add("having", sql.having.length > 0);
  add("order", sql.orderBy.length > 0);
  if (sql.orderBy[0] !== undefined) found.add(sql.orderBy[0]);
  add("limit", sql.limit !== null);
  for (const op of SQL_OPS) add(op, sql[op] !== null);
  add("or", words.includes("or"));
  for (const cond of all) {
    add("not", cond[0]);
    add("in", cond[1] === IN);
    add("like", cond[1] === LIKE);
  }
  return found;
}

/** As multisets: the script sorts both and compares. */
function sameTables({ from: pred }: SpiderSql, { from: label }: SpiderSql): boolean {
  return (
    pred.table_units.length === label.table_units.length &&
    countMatches(pred.table_units, label.table_units) === pred.table_units.length
  );
}

/** The script sorts the tables, and Python cannot sort two different subqueries. */
function sortError({ from }: SpiderSql): string | null {
  const nested = from.table_units.filter((unit) => unit[0] === "sql");
  if (nested.every((unit) => pythonEqual(unit, nested[0]))) return null;
  return "'<' not supported between instances of 'dict' and 'dict'";
}
