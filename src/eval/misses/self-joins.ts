import {
  type Expression,
  type FromClause,
  type ResolvedNames,
  type SelectCore,
  type Source,
  tableTerms,
} from "../../sql/syntax/index.js";

/**
 * Names for tables that one FROM clause reads more than once, by what they are joined on: Student[Friend.friend_id] and
 * Student[Friend.student_id] are two different students, whatever their aliases.
 */
export function selfJoinLabels(core: SelectCore, names: ResolvedNames): Map<Source, string> {
  const sources = tableTerms(core.from).flatMap((term) => names.sources.get(term) ?? []);
  const twice = sources.filter(({ table }) => table !== null && sources.filter((s) => s.table === table).length > 1);
  if (twice.length === 0) return new Map();
  const links = new Map<Source, string[]>(twice.map((source) => [source, []]));
  for (const condition of [...joinConditions(core.from), core.where].flatMap(conjuncts)) {
    if (condition.type !== "binary" || condition.operator !== "=") continue;
    const [left, right] = [condition.left, condition.right].map((side) => {
      const meaning = side.type === "column" ? names.columns.get(side) : undefined;
      return meaning?.kind === "column" && meaning.origin !== null ? { ...meaning, origin: meaning.origin } : null;
    });
    if (left == null || right == null || left.source === right.source) continue;
    for (const [own, other] of [[left, right] as const, [right, left] as const]) {
      const via = own.origin.table === other.origin.table ? `${own.origin.column} = ` : "";
      links.get(own.source)?.push(`${via}${other.origin.table}.${other.origin.column}`);
    }
  }
  return new Map([...links].map(([source, list]) => [source, `${source.table}[${list.sort().join(", ")}]`]));
}

function joinConditions(from: FromClause | null): (Expression | null)[] {
  if (from === null) return [];
  const groups = [from.first, ...from.joins.map((join) => join.term)].filter((term) => term.type === "from_group");
  return [...from.joins.map((join) => join.on), ...groups.flatMap((group) => joinConditions(group.from))];
}

function conjuncts(e: Expression | null): Expression[] {
  const found: Expression[] = [];
  const waiting = e === null ? [] : [e];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    if (next.type === "binary" && next.operator === "AND") waiting.push(next.right, next.left);
    else found.push(next);
  }
  return found;
}
