import type { Expression, FromClause, In, OrderingTerm, SelectStatement, TableTerm, Window } from "./types.js";

/** What stands directly below a node, in reading order: its expressions, and the queries nested in it. */
export interface Children {
  expressions: Expression[];
  queries: SelectStatement[];
}

/** Direct children of an expression. A nested query is given as it is; its own expressions belong to another scope. */
export function childrenOf(e: Expression): Children {
  const only = (list: (Expression | null)[]): Children => ({
    expressions: list.filter((item) => item !== null),
    queries: [],
  });
  switch (e.type) {
    case "unary":
    case "cast":
    case "collate":
      return only([e.operand]);
    case "binary":
      return only([e.left, e.right]);
    case "match":
      return only([e.operand, e.pattern, e.escape]);
    case "between":
      return only([e.operand, e.low, e.high]);
    case "in":
      return { expressions: [e.operand, ...listedIn(e.source)], queries: isQuery(e.source) ? [e.source] : [] };
    case "exists":
    case "scalar_query":
      return { expressions: [], queries: [e.query] };
    case "row":
      return only(e.values);
    case "case":
      return only([e.operand, ...e.branches.flatMap((branch) => [branch.condition, branch.result]), e.otherwise]);
    case "call": {
      const values = e.arguments === "*" ? [] : e.arguments;
      const window = e.over !== null && "type" in e.over ? windowExpressions(e.over) : [];
      return only([...values, ...orderedBy(e.orderBy), e.filter, ...window]);
    }
    default:
      return only([]);
  }
}

const isQuery = (source: In["source"]): source is SelectStatement => !Array.isArray(source) && source.type === "select";

function listedIn(source: In["source"]): Expression[] {
  if (Array.isArray(source)) return source;
  return source.type === "table_function" ? source.arguments : [];
}

export const orderedBy = (terms: readonly OrderingTerm[]): Expression[] => terms.map((term) => term.expression);

export function windowExpressions(window: Window): Expression[] {
  const bounds = [window.frame?.start.offset, window.frame?.end?.offset].filter((offset) => offset != null);
  return [...window.partitionBy, ...orderedBy(window.orderBy), ...bounds];
}

/** The expression itself and everything below it that is not inside a nested query. */
export function* walkExpression(e: Expression): Generator<Expression> {
  const waiting = [e];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    yield next;
    for (const child of childrenOf(next).expressions.reverse()) waiting.push(child);
  }
}

/** Every table of a FROM clause in reading order; groups are opened. */
export function tableTerms(from: FromClause | null): Exclude<TableTerm, { type: "from_group" }>[] {
  if (from === null) return [];
  return [from.first, ...from.joins.map((join) => join.term)].flatMap((term) =>
    term.type === "from_group" ? tableTerms(term.from) : [term],
  );
}
