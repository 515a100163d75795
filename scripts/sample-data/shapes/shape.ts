import { type Condition, drawCondition } from "../condition.js";
import type { Column, ColumnKind, Domain, Reference, Row, Table } from "../domain.js";
import type { Rng } from "../rng.js";
import type { Rows } from "../rows.js";
import { type Slots, type Speaker, verbs } from "../speech.js";

export interface Draft {
  sql: string;
  slots: Slots;
}

/** One form of SQL. `draft` fills it with a domain's tables, columns and values, or gives up with undefined. */
export interface Shape {
  id: string;
  /** How often it is used against the others. */
  weight: number;
  draft(stage: Stage): Draft | undefined;
}

/** Child rows refer to parent rows. */
export interface Relation {
  child: Table;
  column: Column;
  parent: Table;
  reference: Reference;
}

/** What a shape draws from: one domain with its rows, and the words of the domain's split. */
export class Stage {
  readonly relations: readonly Relation[];

  constructor(
    readonly domain: Domain,
    readonly rows: Rows,
    readonly rng: Rng,
    readonly speaker: Speaker,
  ) {
    this.relations = domain.tables.flatMap((child) =>
      child.columns.flatMap((column) => {
        const reference = column.reference;
        if (!reference) return [];
        return [{ child, column, reference, parent: domain.tables.find((table) => table.name === reference.table)! }];
      }),
    );
  }

  rowsOf(table: Table): readonly Row[] {
    return this.rows.get(table.name)!;
  }

  /** A table that has something to show besides its keys. */
  table(...kinds: ColumnKind[]): Table | undefined {
    const usable = this.domain.tables.filter(
      (table) => shown(table).length >= 2 && columnsOf(table, ...kinds).length > 0,
    );
    return usable.length > 0 ? this.rng.pick(usable) : undefined;
  }

  relation(test: (relation: Relation) => boolean = () => true): Relation | undefined {
    const usable = this.relations.filter(test);
    return usable.length > 0 ? this.rng.pick(usable) : undefined;
  }

  /** Columns to ask for: the naming one first, where there is one. */
  columns(table: Table, count: number, except: readonly Column[] = []): Column[] | undefined {
    const open = shown(table).filter((column) => !except.includes(column));
    const name = open.find((column) => column.kind === "name");
    const rest = this.rng.shuffle(open.filter((column) => column !== name));
    const ordered = name && (count > 1 || this.rng.chance(0.75)) ? [name, ...rest] : rest;
    return ordered.length >= count ? ordered.slice(0, count) : undefined;
  }

  column(table: Table, kinds: readonly ColumnKind[], except: readonly Column[] = []): Column | undefined {
    const usable = columnsOf(table, ...kinds).filter((column) => !except.includes(column));
    return usable.length > 0 ? this.rng.pick(usable) : undefined;
  }

  /** A category that every row has: its groups are unambiguous. */
  group(table: Table): Column | undefined {
    const usable = columnsOf(table, "category").filter((column) => !column.nulls);
    return usable.length > 0 ? this.rng.pick(usable) : undefined;
  }

  condition(table: Table, except: readonly Column[] = []): Condition | undefined {
    return drawCondition(
      this.rng,
      table,
      this.rowsOf(table),
      shown(table).filter((column) => !except.includes(column)),
    );
  }
}

export const shown = (table: Table): Column[] => columnsOf(table, "name", "category", "measure", "date");

export function columnsOf(table: Table, ...kinds: ColumnKind[]): Column[] {
  return table.columns.filter((column) => kinds.length === 0 || kinds.includes(column.kind));
}

export const nameOf = (table: Table): Column | undefined => table.columns.find((column) => column.kind === "name");

export const from = ({ child, column, parent }: Relation): string =>
  `${child.name} JOIN ${parent.name} ON ${child.name}.${column.name} = ${parent.name}.${keyOf(parent)}`;

export function keyOf(table: Table): string {
  return columnsOf(table, "id")[0]!.name;
}

export const full = (table: Table, column: Column): string => `${table.name}.${column.name}`;

/** The words that any question over a relation may use. */
export function relationSlots({ child, parent, reference }: Relation): Slots {
  return {
    E: child.many,
    e: child.one,
    F: parent.many,
    f: parent.one,
    D: nameOf(parent)?.labels,
    d: nameOf(parent)?.label,
    of: reference.of,
    who: parent.people ? "who" : "that",
    it: parent.people ? "them" : "it",
    its: child.people ? "their" : "its",
    itsF: parent.people ? "their" : "its",
    ...verbs(reference),
  };
}
