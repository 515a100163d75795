import type { Expression, SelectStatement } from "../../sql/syntax/index.js";
import { columnName, type Naming, normalText, resolved } from "./normal-text.js";
import type { Predicate, QueryShape } from "./query-shape.js";

/** Where conditions go as they are read. */
export interface ConditionSink {
  naming: Naming;
  shape: (query: SelectStatement) => QueryShape;
  predicates: Predicate[];
  joinPairs: [string, string][];
  /** Takes a query after IN or EXISTS into the tables of the outer one where that changes nothing but repeated rows. */
  absorb: (query: SelectStatement, operand: Expression | null, optional: boolean) => boolean;
}

const OPPOSITE: Readonly<Record<string, string>> = {
  "=": "<>",
  "<>": "=",
  "<": ">=",
  ">=": "<",
  ">": "<=",
  "<=": ">",
  IS: "IS NOT",
  "IS NOT": "IS",
};
const MIRRORED: Readonly<Record<string, string>> = { "=": "=", "<>": "<>", "<": ">", ">": "<", "<=": ">=", ">=": "<=" };

/** Splits a condition at AND and OR, with NOT pushed inwards, into comparisons. */
export function collectPredicates(e: Expression, sink: ConditionSink, negated = false, optional = false): void {
  if (e.type === "unary" && e.operator === "NOT") {
    collectPredicates(e.operand, sink, !negated, optional);
    return;
  }
  if (e.type === "binary" && (e.operator === "AND" || e.operator === "OR")) {
    const either = (e.operator === "OR") !== negated;
    for (const side of [e.left, e.right]) collectPredicates(side, sink, negated, optional || either);
    return;
  }
  const add = (subject: Expression | null, operator: string, value: Expression | null, choice = optional) =>
    sink.predicates.push(predicate(sink, subject, operator, value, choice));
  switch (e.type) {
    case "binary":
      if (e.operator in OPPOSITE)
        comparison(e.left, negated ? OPPOSITE[e.operator]! : e.operator, e.right, sink, optional);
      else add(e, negated ? "IS FALSE" : "IS TRUE", null);
      return;
    case "between": {
      const outside = e.negated !== negated;
      add(e.operand, outside ? "<" : ">=", e.low, optional || outside);
      add(e.operand, outside ? ">" : "<=", e.high, optional || outside);
      return;
    }
    case "match":
      add(e.operand, e.negated !== negated ? `NOT ${e.operator}` : e.operator, e.pattern);
      return;
    case "exists":
      if (!negated && sink.absorb(e.query, null, optional)) return;
      sink.predicates.push(nested(sink, "", negated ? "NOT EXISTS" : "EXISTS", e.query, optional));
      return;
    case "in":
      membership(e, sink, e.negated !== negated, optional);
      return;
    default:
      add(e, negated ? "IS FALSE" : "IS TRUE", null);
  }
}

function membership(e: Expression & { type: "in" }, sink: ConditionSink, negated: boolean, optional: boolean): void {
  if (Array.isArray(e.source)) {
    // One value is an equation, several are a choice.
    const choice = optional || (!negated && e.source.length > 1);
    for (const value of e.source) sink.predicates.push(predicate(sink, e.operand, negated ? "<>" : "=", value, choice));
    return;
  }
  if (e.source.type !== "select") {
    const value = sink.naming.names.sources.get(e.source)?.table ?? e.source.name.name;
    const subject = normalText(e.operand, sink.naming);
    sink.predicates.push({ subject, operator: negated ? "NOT IN" : "IN", value, query: null, optional });
    return;
  }
  if (!negated && sink.absorb(e.source, e.operand, optional)) return;
  const subject = normalText(e.operand, sink.naming);
  sink.predicates.push(nested(sink, subject, negated ? "NOT IN" : "IN", e.source, optional));
}

function comparison(
  left: Expression,
  operator: string,
  right: Expression,
  sink: ConditionSink,
  optional: boolean,
): void {
  const pair = [left, right].map((side) => (side.type === "column" ? columnName(side, sink.naming) : null));
  const [from, to] = pair as [string | null, string | null];
  if (operator === "=" && !optional && from !== null && to !== null && from.includes(".") && to.includes(".")) {
    sink.joinPairs.push([from, to].sort() as [string, string]);
    return;
  }
  // A column stands on the left, a value or a query on the right.
  const rank = (side: Expression): number => (isValue(side, sink.naming) ? 2 : side.type === "scalar_query" ? 3 : 1);
  const [a, b] = [rank(left), rank(right)];
  const swap = a > b || (a === b && normalText(left, sink.naming) > normalText(right, sink.naming));
  if (swap && operator in MIRRORED) {
    sink.predicates.push(predicate(sink, right, MIRRORED[operator]!, left, optional));
  } else sink.predicates.push(predicate(sink, left, operator, right, optional));
}

/** True for what names no column. */
function isValue(e: Expression, naming: Naming): boolean {
  if (e.type === "unary") return isValue(e.operand, naming);
  if (e.type === "column") return ["string", "boolean"].includes(naming.names.columns.get(e)?.kind ?? "");
  return ["number", "string", "blob", "null", "parameter", "current_time"].includes(e.type);
}

function predicate(
  sink: ConditionSink,
  subject: Expression | null,
  operator: string,
  value: Expression | null,
  optional: boolean,
): Predicate {
  const left = subject === null ? "" : normalText(resolved(subject, sink.naming), sink.naming);
  if (value?.type === "scalar_query") return nested(sink, left, operator, value.query, optional);
  const right = value === null ? "" : normalText(value, sink.naming);
  return { subject: left, operator, value: right, query: null, optional };
}

function nested(
  sink: ConditionSink,
  subject: string,
  operator: string,
  query: SelectStatement,
  optional: boolean,
): Predicate {
  return { subject, operator, value: "", query: sink.shape(query), optional };
}
