import type { Scope, Source, SourceColumn } from "./scope-sources.js";
import type { Resolver } from "./scopes.js";
import type { Expression, FromClause, Join, TableTerm } from "./types.js";

/**
 * Fills `scope.sources` with the tables of a FROM clause.
 * @returns the ON conditions and function arguments, which see all of these tables.
 */
export function resolveFrom(resolver: Resolver, from: FromClause | null, scope: Scope): Expression[] {
  if (from === null) return [];
  const inside: Expression[] = [];
  scope.sources.push(...sourcesOf(resolver, from.first, scope, inside));
  for (const join of from.joins) {
    const added = sourcesOf(resolver, join.term, scope, inside);
    merge(join, scope.sources, added);
    scope.sources.push(...added);
    if (join.on !== null) inside.push(join.on);
  }
  return inside;
}

function sourcesOf(resolver: Resolver, term: TableTerm, scope: Scope, inside: Expression[]): Source[] {
  const merged = new Set<string>();
  switch (term.type) {
    case "table":
      return [resolver.table(term, scope)];
    case "table_function":
      inside.push(...term.arguments);
      return [resolver.table(term, scope)];
    case "from_query": {
      // A subquery in FROM does not see the tables beside it.
      resolver.query(term.query, { sources: [], results: null, common: scope.common, parent: scope.parent });
      const columns = resolver.names.results.get(term.query) ?? null;
      const source: Source = { name: term.alias?.name ?? "", table: null, columns, merged };
      resolver.names.sources.set(term, source);
      return [source];
    }
    case "from_group": {
      const group: Scope = { ...scope, sources: [] };
      inside.push(...resolveFrom(resolver, term.from, group));
      const only = group.sources[0]!;
      if (term.alias === null) return group.sources;
      const name = term.alias.name;
      if (group.sources.length === 1) return [Object.assign(only, { name })];
      const columns: SourceColumn[] = group.sources.flatMap((source) => source.columns ?? []);
      const known = group.sources.every((source) => source.columns !== null);
      return [{ name, table: null, columns: known ? columns : null, merged }];
    }
  }
}

/** Notes which columns of the tables on the right USING or NATURAL makes one with those on the left. */
function merge(join: Join, left: readonly Source[], right: readonly Source[]): void {
  const names = new Set(join.using.map((name) => name.name.toLowerCase()));
  if (join.natural) {
    const before = new Set(left.flatMap((source) => source.columns ?? []).map(({ name }) => name.toLowerCase()));
    for (const { name } of right.flatMap((source) => source.columns ?? [])) {
      if (before.has(name.toLowerCase())) names.add(name.toLowerCase());
    }
  }
  for (const source of right) for (const name of names) source.merged.add(name);
}
