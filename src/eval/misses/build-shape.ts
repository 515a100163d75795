import type { Schema } from "../../schema/types.js";
import {
  childrenOf,
  type Expression,
  type FromClause,
  type OrderingTerm,
  type QueryCore,
  type ResolvedNames,
  type SelectCore,
  type SelectStatement,
  type Source,
  type TableTerm,
  tableTerms,
  walkExpression,
} from "../../sql/syntax/index.js";
import { aggregation, type Naming, normalText, resolved } from "./normal-text.js";
import { type ConditionSink, collectPredicates } from "./predicates.js";
import { type Block, type QueryShape, type SelectItem, shapeText } from "./query-shape.js";
import { selfJoinLabels } from "./self-joins.js";

export interface ShapeOptions {
  schema: Schema;
  names: ResolvedNames;
  standFor?: (column: string) => string;
  /** Writes IN (SELECT ..) and EXISTS as joins where that changes nothing but repeated rows. */
  flatten: boolean;
}

/** The shape of a query and of all queries in it. */
export function buildShape(query: SelectStatement, options: ShapeOptions): QueryShape {
  return new ShapeBuilder(options).query(query);
}

class ShapeBuilder {
  private readonly naming: Naming;
  private readonly labels = new Map<Source, string>();
  /** A query is read once, however often its text is asked for: nested ones would double the work at every level. */
  private readonly shapes = new Map<SelectStatement, QueryShape>();
  /** WITH tables by lower-case name, innermost first. */
  private common: { name: string; query: SelectStatement }[] = [];

  constructor(private readonly options: ShapeOptions) {
    const keys = options.schema.tables.flatMap((table) => {
      const own = table.columns.filter((column) => column.primaryKey);
      return own.length === 1 ? [`${table.name}.${own[0]!.name}`] : [];
    });
    this.naming = {
      names: options.names,
      labels: this.labels,
      standFor: options.standFor ?? ((column) => column),
      isKey: (column) => keys.includes(column),
      query: (query) => shapeText(this.query(query)),
    };
  }

  query(query: SelectStatement): QueryShape {
    const known = this.shapes.get(query);
    if (known !== undefined) return known;
    const shape = this.read(query);
    this.shapes.set(query, shape);
    return shape;
  }

  private read(query: SelectStatement): QueryShape {
    const outer = this.common;
    const tables = query.with?.tables ?? [];
    const counted = query.orderBy.some(({ expression }) => aggregation(expression, this.naming).aggregates !== "");
    this.common = [
      ...tables.map(({ name, query: body }) => ({ name: name.name.toLowerCase(), query: body })),
      ...outer,
    ];
    const shape: QueryShape = {
      operators: query.compounds.map((part) => part.operator),
      blocks: [query.first, ...query.compounds.map((part) => part.core)].map((core) => this.block(core, counted)),
      orderBy: query.orderBy.map((term) => this.orderTerm(term, query)),
      limit: this.limit(query.limit),
    };
    this.common = outer;
    return shape;
  }

  private limit(limit: SelectStatement["limit"]): string {
    if (limit === null) return "";
    const offset = limit.offset === null ? "" : normalText(limit.offset, this.naming);
    return `LIMIT ${normalText(limit.count, this.naming)}${offset === "" || offset === "0" ? "" : ` OFFSET ${offset}`}`;
  }

  private orderTerm({ expression, descending }: OrderingTerm, query: SelectStatement): string {
    return this.termText(expression, query.first) + (descending ? " DESC" : "");
  }

  /** A term of ORDER BY or GROUP BY, where 2 means the second result column. */
  private termText(e: Expression, core: QueryCore): string {
    const at = e.type === "number" ? Number(e.text) - 1 : -1;
    const column = core.type === "select_core" ? core.columns[at] : undefined;
    return normalText(resolved(column?.type === "result" ? column.expression : e, this.naming), this.naming);
  }

  /** @param counted true where the order is by an aggregate, which makes the grouping more than DISTINCT. */
  private block(core: QueryCore, counted: boolean): Block {
    const block: Block = {
      distinct: false,
      select: [],
      tables: [],
      outerJoins: [],
      joinPairs: [],
      filters: [],
      groupBy: [],
      groupsLikeDistinct: false,
      having: [],
      derived: [],
    };
    if (core.type === "values") {
      block.select = core.rows.map((row) => plainItem(row.map((value) => normalText(value, this.naming)).join(", ")));
      return block;
    }
    this.label(core);
    block.distinct = core.distinct;
    block.select = core.columns.map((column) =>
      column.type === "star" ? plainItem("*") : this.item(column.expression),
    );
    this.source(core, block);
    block.groupBy = core.groupBy.map((e) => this.termText(e, core));
    if (core.having !== null) {
      const having: Block = { ...block, filters: block.having, joinPairs: [] };
      collectPredicates(core.having, this.sink(having, false));
    }
    block.groupsLikeDistinct = !counted && groupsLikeDistinct(block);
    return block;
  }

  private label(core: SelectCore): void {
    for (const [source, label] of selfJoinLabels(core, this.options.names)) this.labels.set(source, label);
  }

  private item(e: Expression): SelectItem {
    const queries = [...walkExpression(e)].flatMap((part) => childrenOf(part).queries).length;
    return { text: normalText(e, this.naming), ...aggregation(e, this.naming), queries };
  }

  private sink(block: Block, flatten: boolean): ConditionSink {
    return {
      naming: this.naming,
      shape: (query) => this.query(query),
      predicates: block.filters,
      joinPairs: block.joinPairs,
      absorb: (query, operand, optional) => flatten && this.absorb(query, operand, optional, block),
    };
  }

  /** FROM and WHERE of a SELECT into a block, its own or that of the query around it. */
  private source(core: SelectCore, block: Block, optional = false): void {
    for (const term of tableTerms(core.from)) this.table(term, block);
    const sink = this.sink(block, this.options.flatten);
    for (const join of joinsOf(core.from)) {
      if (/LEFT|RIGHT|FULL/.test(join.kind)) block.outerJoins.push(join.kind.replace("RIGHT", "LEFT"));
      if (join.on !== null) collectPredicates(join.on, sink, false, optional);
    }
    block.joinPairs.push(...this.mergedPairs(core.from));
    if (core.where !== null) collectPredicates(core.where, sink, false, optional);
  }

  private table(term: TableTerm, block: Block): void {
    const source = this.options.names.sources.get(term);
    if (source?.table != null) {
      block.tables.push(source.table);
      return;
    }
    block.tables.push("(query)");
    if (term.type === "from_query") block.derived.push(this.query(term.query));
    if (term.type !== "table") return;
    const at = this.common.findIndex(({ name }) => name === term.name.name.toLowerCase());
    if (at === -1) return;
    // Its own name is not seen again, so that a recursive table ends.
    const outer = this.common;
    this.common = outer.filter((_, i) => i !== at);
    block.derived.push(this.query(outer[at]!.query));
    this.common = outer;
  }

  /** Pairs that USING and NATURAL make equal. */
  private mergedPairs(from: FromClause | null): [string, string][] {
    const sources = tableTerms(from).flatMap((term) => this.options.names.sources.get(term) ?? []);
    return sources.flatMap((source, i) =>
      [...source.merged].flatMap((name): [string, string][] => {
        const own = source.columns?.find((column) => column.name.toLowerCase() === name)?.origin;
        const left = sources.slice(0, i).flatMap((other) => other.columns ?? []);
        const other = left.find((column) => column.name.toLowerCase() === name)?.origin;
        if (own == null || other == null) return [];
        return [[`${own.table}.${own.column}`, `${other.table}.${other.column}`].sort() as [string, string]];
      }),
    );
  }

  private absorb(query: SelectStatement, operand: Expression | null, optional: boolean, block: Block): boolean {
    const core = query.first;
    if (query.with !== null || query.compounds.length > 0 || query.limit !== null || core.type === "values")
      return false;
    if (core.from === null || core.groupBy.length > 0 || core.having !== null) return false;
    const column = core.columns[0]!;
    this.label(core);
    if (operand !== null) {
      if (core.columns.length !== 1 || column.type === "star") return false;
      if (aggregation(column.expression, this.naming).aggregates !== "") return false;
      const sink = this.sink(block, true);
      const range = operand.range;
      collectPredicates({ type: "binary", operator: "=", left: operand, right: column.expression, range }, sink);
    }
    this.source(core, block, optional);
    return true;
  }
}

const plainItem = (text: string): SelectItem => ({ text, aggregates: "", subject: text, distinct: false, queries: 0 });

function joinsOf(from: FromClause | null): FromClause["joins"] {
  if (from === null) return [];
  const groups = [from.first, ...from.joins.map((join) => join.term)].filter((term) => term.type === "from_group");
  return [...from.joins, ...groups.flatMap((group) => joinsOf(group.from))];
}

function groupsLikeDistinct(block: Block): boolean {
  if (block.groupBy.length === 0 || block.having.length > 0) return false;
  if (block.select.some((item) => item.aggregates !== "")) return false;
  const selected = block.select.map((item) => item.text);
  return [...selected].sort().join() === [...block.groupBy].sort().join();
}
