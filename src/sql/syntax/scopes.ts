import type { Schema } from "../../schema/types.js";
import { formatExpression } from "./format-sql.js";
import { resolveFrom } from "./scope-from.js";
import {
  type CommonTableScope,
  findTable,
  lookUp,
  type Meaning,
  type ResolvedNames,
  type Scope,
  type Source,
  type SourceColumn,
  sameName,
} from "./scope-sources.js";
import type {
  ColumnReference,
  Expression,
  QueryCore,
  ResultExpression,
  SelectStatement,
  TableFunction,
  TableReference,
} from "./types.js";
import { childrenOf, orderedBy, windowExpressions } from "./walk.js";

/**
 * Says what every table and column name of a query means in a schema, by SQLite's rules (resolve.c): inner scopes before
 * outer ones, aliases of result columns where SQLite sees them, names that USING and NATURAL merge, "x" as a string where
 * no column has that name. Never throws; what has no meaning is listed.
 */
export function resolveNames(query: SelectStatement, schema: Schema): ResolvedNames {
  const resolver = new Resolver(schema);
  resolver.query(query, null);
  return resolver.names;
}

/** One walk over a query; `names` grows as it goes. */
export class Resolver {
  readonly names: ResolvedNames = {
    columns: new Map(),
    sources: new Map(),
    results: new Map(),
    unknownTables: [],
    unknownColumns: [],
  };

  constructor(readonly schema: Schema) {}

  /** Resolves a query whose names may also mean what `outer` has; `self` is the WITH table that it defines. */
  query(
    query: SelectStatement,
    outer: Scope | null,
    self: { table: CommonTableScope; listed: boolean } | null = null,
  ): void {
    const base: Scope = { sources: [], results: null, common: this.commonTables(query, outer), parent: outer };
    const scopes: Scope[] = [];
    const cores = [query.first, ...query.compounds.map((part) => part.core)];
    for (const [i, core] of cores.entries()) {
      const scope: Scope = { ...base, sources: [] };
      scopes.push(scope);
      this.core(core, scope);
      if (i > 0) continue;
      const results = this.resultColumns(core, scope);
      this.names.results.set(query, results);
      if (self !== null && !self.listed) self.table.columns = results;
    }
    this.ordering(query, scopes);
    // LIMIT sees no columns.
    for (const limit of [query.limit?.count, query.limit?.offset]) {
      if (limit != null) this.expression(limit, base);
    }
  }

  private commonTables(query: SelectStatement, outer: Scope | null): readonly CommonTableScope[] {
    const inherited = outer?.common ?? [];
    if (query.with === null) return inherited;
    const own = query.with.tables.map(({ name, columns }): CommonTableScope => {
      const listed = columns.map((column) => ({ name: column.name, origin: null }));
      return { name: name.name, columns: listed.length > 0 ? listed : null };
    });
    // Any of them may name any other, whatever the order.
    const common = [...own, ...inherited];
    for (const [i, { query: body, columns }] of query.with.tables.entries()) {
      const table = own[i]!;
      this.query(body, { sources: [], results: null, common, parent: outer }, { table, listed: columns.length > 0 });
      const results = this.names.results.get(body) ?? null;
      table.columns =
        columns.length === 0
          ? results
          : columns.map(({ name }, at) => ({ name, origin: results?.[at]?.origin ?? null }));
    }
    return common;
  }

  private core(core: QueryCore, scope: Scope): void {
    if (core.type === "values") {
      for (const value of core.rows.flat()) this.expression(value, scope);
      return;
    }
    const conditions = resolveFrom(this, core.from, scope);
    const results = core.columns.filter((column) => column.type === "result");
    for (const { expression } of results) this.expression(expression, scope);
    for (const column of core.columns) {
      if (column.type !== "star" || column.table === null) continue;
      const { name } = column.table;
      if (!scope.sources.some((source) => sameName(source.name, name))) this.names.unknownTables.push(name);
    }
    scope.results = results;
    const windows = core.windows.flatMap(({ window }) => windowExpressions(window));
    for (const e of [...conditions, core.where, ...core.groupBy, core.having, ...windows]) {
      if (e !== null) this.expression(e, scope);
    }
  }

  private ordering(query: SelectStatement, scopes: Scope[]): void {
    const compound = scopes.length > 1;
    for (const e of orderedBy(query.orderBy)) {
      if (e.type !== "column") this.expression(e, scopes[0]!);
      else if (compound && this.isResultName(query, e.column.name)) {
        this.names.columns.set(e, { kind: "opaque" });
      } else {
        // A compound's terms may name a column of any of its parts.
        const meanings = scopes.map((scope) => lookUp(e, scope, true));
        this.note(e, meanings.find((meaning) => meaning.kind !== "unknown") ?? meanings[0]!);
      }
    }
  }

  private isResultName(query: SelectStatement, name: string): boolean {
    return this.names.results.get(query)?.some((column) => sameName(column.name, name)) ?? true;
  }

  expression(top: Expression, scope: Scope): void {
    const waiting = [top];
    for (let e = waiting.pop(); e !== undefined; e = waiting.pop()) {
      if (e.type === "column") this.note(e, lookUp(e, scope));
      if (e.type === "in" && !Array.isArray(e.source) && e.source.type !== "select") this.table(e.source, scope);
      const { expressions, queries } = childrenOf(e);
      for (const query of queries) this.query(query, scope);
      for (const child of expressions.reverse()) waiting.push(child);
    }
  }

  private note(e: ColumnReference, meaning: Meaning): void {
    this.names.columns.set(e, meaning);
    if (meaning.kind === "unknown") this.names.unknownColumns.push(e);
  }

  /** A table by name, in FROM or after IN. */
  table(term: TableReference | TableFunction, scope: Scope): Source {
    const found = findTable(term, scope, this.schema);
    if (found === null) this.names.unknownTables.push(term.name.name);
    const name = (term.alias ?? term.name).name;
    const source: Source = { name, table: found?.table ?? null, columns: found?.columns ?? null, merged: new Set() };
    this.names.sources.set(term, source);
    return source;
  }

  /** Names and origins of what a SELECT gives. */
  private resultColumns(core: QueryCore, scope: Scope): SourceColumn[] | null {
    if (core.type === "values") return core.rows[0]!.map((_, i) => ({ name: `column${i + 1}`, origin: null }));
    const columns: SourceColumn[] = [];
    for (const column of core.columns) {
      if (column.type === "result") {
        columns.push(this.resultColumn(column));
        continue;
      }
      for (const source of starSources(column.table?.name ?? null, scope)) {
        if (source.columns === null) return null;
        const all = column.table !== null;
        columns.push(...source.columns.filter(({ name }) => all || !source.merged.has(name.toLowerCase())));
      }
    }
    return columns;
  }

  private resultColumn({ expression, alias }: ResultExpression): SourceColumn {
    const meaning = expression.type === "column" ? this.names.columns.get(expression) : undefined;
    const origin = meaning?.kind === "column" ? meaning.origin : null;
    const own = meaning?.kind === "column" ? meaning.name : formatExpression(expression);
    return { name: alias?.name ?? own, origin };
  }
}

function starSources(table: string | null, scope: Scope): Scope["sources"] {
  return table === null ? scope.sources : scope.sources.filter((source) => sameName(source.name, table)).slice(0, 1);
}
