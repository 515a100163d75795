import { conditionSql, literal } from "../condition.js";
import { aggregatesOf } from "./one-table.js";
import {
  columnsOf,
  type Draft,
  from,
  full,
  keyOf,
  nameOf,
  type Relation,
  relationSlots,
  type Shape,
  type Stage,
  shown,
} from "./shape.js";

/** A parent row by its name, or parent rows by a condition: the SQL and the words after "of". */
function target(stage: Stage, relation: Relation): { where: string; T: string } | undefined {
  const { parent } = relation;
  const name = nameOf(parent);
  if (name && stage.rng.chance(0.5)) {
    const value = stage.rng.pick(stage.rowsOf(parent))[name.name]!;
    return { where: `${full(parent, name)} = ${literal(value)}`, T: stage.speaker.named(parent, value) };
  }
  const condition = stage.condition(parent);
  if (!condition) return undefined;
  return { where: conditionSql(condition, true), T: `${parent.many} ${stage.speaker.condition(condition)}` };
}

const withChild = (relation: Relation) => shown(relation.child).length > 0;
const withNames = (relation: Relation) => nameOf(relation.parent) !== undefined;
/** Every parent has a child, so that a parent without any is no question. */
const dense = (relation: Relation) => withNames(relation) && !relation.reference.unused;

function joinList(stage: Stage): Draft | undefined {
  const relation = stage.relation((r) => withChild(r) && withNames(r));
  const columns = relation && stage.columns(relation.child, 1);
  if (!columns) return undefined;
  const select = [full(relation.child, columns[0]!), full(relation.parent, nameOf(relation.parent)!)];
  return {
    sql: `SELECT ${select.join(", ")} FROM ${from(relation)}`,
    slots: { ...relationSlots(relation), ...stage.speaker.columns(columns) },
  };
}

function joinWhere(count: number) {
  return (stage: Stage): Draft | undefined => {
    const relation = stage.relation(withChild);
    const columns = relation && stage.columns(relation.child, count);
    const goal = columns && target(stage, relation);
    if (!goal) return undefined;
    const sql = `SELECT ${columns.map((column) => full(relation.child, column)).join(", ")} FROM ${from(relation)} WHERE ${goal.where}`;
    return { sql, slots: { ...relationSlots(relation), ...stage.speaker.columns(columns), T: goal.T } };
  };
}

/** Columns of both sides, filtered on the child. */
function joinBoth(stage: Stage): Draft | undefined {
  const relation = stage.relation((r) => withChild(r) && withNames(r));
  const condition = relation && stage.condition(relation.child);
  const columns = condition && stage.columns(relation.child, 1, [condition.column]);
  if (!columns) return undefined;
  const select = [full(relation.child, columns[0]!), full(relation.parent, nameOf(relation.parent)!)];
  return {
    sql: `SELECT ${select.join(", ")} FROM ${from(relation)} WHERE ${conditionSql(condition, true)}`,
    slots: { ...relationSlots(relation), ...stage.speaker.columns(columns), P: stage.speaker.condition(condition) },
  };
}

function joinCount(stage: Stage): Draft | undefined {
  const relation = stage.relation();
  const goal = relation && target(stage, relation);
  if (!goal) return undefined;
  return {
    sql: `SELECT COUNT(*) FROM ${from(relation)} WHERE ${goal.where}`,
    slots: { ...relationSlots(relation), T: goal.T },
  };
}

function joinAggregate(stage: Stage): Draft | undefined {
  const relation = stage.relation((r) => columnsOf(r.child, "measure", "date").length > 0);
  const column = relation && stage.column(relation.child, ["measure", "measure", "date"]);
  const goal = column && target(stage, relation);
  if (!goal) return undefined;
  const name = stage.rng.pick(aggregatesOf(column));
  const sql = `SELECT ${name}(${full(relation.child, column)}) FROM ${from(relation)} WHERE ${goal.where}`;
  return { sql, slots: { ...relationSlots(relation), agg: stage.speaker.aggregate(name, column), T: goal.T } };
}

/** The parent of the child that comes first in an order. */
function joinSuperlative(stage: Stage): Draft | undefined {
  const relation = stage.relation((r) => withNames(r) && columnsOf(r.child, "measure", "date").length > 0);
  const by = relation && stage.column(relation.child, ["measure", "date"]);
  if (!by) return undefined;
  const descending = stage.rng.chance(0.6);
  const order = `ORDER BY ${full(relation.child, by)}${descending ? " DESC" : ""} LIMIT 1`;
  return {
    sql: `SELECT ${full(relation.parent, nameOf(relation.parent)!)} FROM ${from(relation)} ${order}`,
    slots: { ...relationSlots(relation), ...stage.speaker.superlative(by, descending) },
  };
}

function perParent(build: (stage: Stage, relation: Relation, name: string, order: string) => Draft | undefined) {
  return (stage: Stage): Draft | undefined => {
    const relation = stage.relation(dense);
    if (!relation) return undefined;
    const name = full(relation.parent, nameOf(relation.parent)!);
    return build(stage, relation, name, `FROM ${from(relation)} GROUP BY ${name}`);
  };
}

const joinGroupCount = perParent((_, relation, name, rest) => ({
  sql: `SELECT ${name}, COUNT(*) ${rest}`,
  slots: relationSlots(relation),
}));

const joinGroupAggregate = perParent((stage, relation, name, rest) => {
  const column = stage.column(relation.child, ["measure", "measure", "date"]);
  if (!column) return undefined;
  const aggregate = stage.rng.pick(aggregatesOf(column));
  const slots = { ...relationSlots(relation), agg: stage.speaker.aggregate(aggregate, column) };
  return { sql: `SELECT ${name}, ${aggregate}(${full(relation.child, column)}) ${rest}`, slots };
});

const joinGroupHaving = perParent((stage, relation, name, rest) => {
  const n = stage.rng.int(1, 5);
  const least = n > 1 && stage.rng.chance(0.4);
  const many = least ? `at least ${n}` : `more than ${n === 1 ? "one" : n}`;
  if (n === 1) return undefined;
  return {
    sql: `SELECT ${name} ${rest} HAVING COUNT(*) ${least ? ">=" : ">"} ${n}`,
    slots: { ...relationSlots(relation), many },
  };
});

const joinGroupTop = perParent((stage, relation, name, rest) => {
  const most = stage.rng.chance(0.75);
  const slots = { ...relationSlots(relation), [most ? "most" : "least"]: "" };
  return { sql: `SELECT ${name} ${rest} ORDER BY COUNT(*)${most ? " DESC" : ""} LIMIT 1`, slots };
});

const joinGroupTopSum = perParent((stage, relation, name, rest) => {
  const column = stage.column(relation.child, ["measure"]);
  if (!column) return undefined;
  const aggregate = column.sum ? "SUM" : "AVG";
  const most = stage.rng.chance(0.7);
  const slots = {
    ...relationSlots(relation),
    agg: stage.speaker.aggregate(aggregate, column),
    [most ? "most" : "least"]: "",
  };
  return {
    sql: `SELECT ${name} ${rest} ORDER BY ${aggregate}(${full(relation.child, column)})${most ? " DESC" : ""} LIMIT 1`,
    slots,
  };
});

/** Child to parent to grandparent. */
function chain(stage: Stage): Draft | undefined {
  const first = stage.relation((r) => withChild(r) && stage.relations.some((other) => other.child === r.parent));
  if (!first) return undefined;
  const second = stage.rng.pick(stage.relations.filter((other) => other.child === first.parent));
  const goal = target(stage, second);
  const columns = stage.columns(first.child, 1);
  if (!goal || !columns) return undefined;
  const join = `${from(first)} JOIN ${second.parent.name} ON ${full(second.child, second.column)} = ${full(second.parent, columnsOf(second.parent, "id")[0]!)}`;
  const slots = {
    ...relationSlots(first),
    ...stage.speaker.columns(columns),
    T: `${second.child.many} ${second.reference.of} ${goal.T}`,
  };
  return { sql: `SELECT ${full(first.child, columns[0]!)} FROM ${join} WHERE ${goal.where}`, slots };
}

/** Across a linking table: the students enrolled in a course. */
function linked(stage: Stage): Draft | undefined {
  const links = stage.domain.tables.flatMap((via) => via.links.map((link) => ({ via, link })));
  if (links.length === 0) return undefined;
  const { via, link } = stage.rng.pick(links);
  const to = stage.relations.find((r) => r.child === via && r.parent.name === link.to)!;
  const asked = stage.relations.find((r) => r.child === via && r.parent.name === link.from)!;
  const columns = stage.columns(asked.parent, 1);
  const name = nameOf(to.parent);
  if (!columns || !name) return undefined;
  const value = stage.rng.pick(stage.rowsOf(to.parent))[name.name]!;
  const join = `${from(asked)} JOIN ${to.parent.name} ON ${full(via, to.column)} = ${to.parent.name}.${keyOf(to.parent)}`;
  const slots = {
    E: asked.parent.many,
    e: asked.parent.one,
    of: link.phrase,
    T: stage.speaker.named(to.parent, value),
    ...stage.speaker.columns(columns),
  };
  return {
    sql: `SELECT ${full(asked.parent, columns[0]!)} FROM ${join} WHERE ${full(to.parent, name)} = ${literal(value)}`,
    slots,
  };
}

export const joins: readonly Shape[] = [
  { id: "join-list", weight: 2.5, draft: joinList },
  { id: "join-where", weight: 4, draft: joinWhere(1) },
  { id: "join-where-two", weight: 1.2, draft: joinWhere(2) },
  { id: "join-both", weight: 2, draft: joinBoth },
  { id: "join-count", weight: 3, draft: joinCount },
  { id: "join-aggregate", weight: 2, draft: joinAggregate },
  { id: "join-superlative", weight: 2, draft: joinSuperlative },
  { id: "join-group-count", weight: 3, draft: joinGroupCount },
  { id: "join-group-aggregate", weight: 2, draft: joinGroupAggregate },
  { id: "join-group-having", weight: 2, draft: joinGroupHaving },
  { id: "join-group-top", weight: 2.5, draft: joinGroupTop },
  { id: "join-group-top-sum", weight: 1, draft: joinGroupTopSum },
  { id: "chain", weight: 1.8, draft: chain },
  { id: "linked", weight: 1.8, draft: linked },
];
