import { SqltuneError } from "../errors.js";
import type { Schema } from "../schema/types.js";
import type { Evaluator } from "./definition.js";
import type { SelectKeys } from "./execution/index.js";
import { foreignKeyMap } from "./official/foreign-keys.js";
import {
  ExactSetMatch,
  type OfficialSchema,
  type OfficialSchemas,
  type OfficialVerdict,
  tablesOfSchema,
} from "./official/index.js";

export interface ExactSetJudgeOptions {
  /** Of tables.json; go before `schemas`. */
  official?: OfficialSchemas | undefined;
  schemas: ReadonlyMap<string, Schema>;
  evaluator: Evaluator;
  /** The script's 1 for "value"; see ExecutionRules. */
  valuePlaceholder: boolean;
}

/** Exact set match of rows whose schema is known and whose gold Spider's parser reads; null for the others. */
export class ExactSetJudge {
  readonly #match: ExactSetMatch;
  readonly #known: OfficialSchemas;

  constructor({ official, schemas, evaluator, valuePlaceholder }: ExactSetJudgeOptions) {
    this.#known = official ?? new Map([...schemas].map(([dbId, schema]) => [dbId, ofCatalogue(schema)]));
    this.#match = new ExactSetMatch(this.#known, { script: evaluator, valuePlaceholder });
  }

  get isEmpty(): boolean {
    return this.#known.size === 0;
  }

  judge(gold: string, predicted: string, dbId: string | null): OfficialVerdict | null {
    if (dbId === null || !this.#known.has(dbId)) return null;
    return orNull(() => this.#match.judge({ gold, predicted, dbId }));
  }

  /** What Spider's first script compares results by; null where its parser does not read the gold, or knows no schema. */
  selectKeys(gold: string, predicted: string, dbId: string): SelectKeys | null {
    if (!this.#known.has(dbId)) return null;
    return orNull(() => this.#match.selectKeys({ gold, predicted, dbId }));
  }
}

/** Null where Spider's parser does not read the gold. */
function orNull<T>(judge: () => T): T | null {
  try {
    return judge();
  } catch (error) {
    if (error instanceof SqltuneError && error.details.code === "ERR_GOLD") return null;
    throw error;
  }
}

/**
 * A schema in the form of tables.json. On Spider's 166 databases that gives the same tables, columns and foreign keys as
 * the file itself; columns are numbered table by table there too.
 */
function ofCatalogue(schema: Schema): OfficialSchema {
  const { tables } = schema;
  const columns: [number, string][] = [[-1, "*"]];
  const places = new Map<string, number>();
  const id = (table: string, column: string) => JSON.stringify([table.toLowerCase(), column.toLowerCase()]);
  tables.forEach(({ name, columns: own }, table) => {
    for (const column of own) {
      places.set(id(name, column.name), columns.length);
      columns.push([table, column.name]);
    }
  });
  const keys = tables.flatMap(({ name, foreignKeys }) =>
    foreignKeys.flatMap(({ columns: from, refTable, refColumns }) =>
      from.flatMap((column, i): [number, number][] => {
        const ends = [places.get(id(name, column)), places.get(id(refTable, refColumns[i] ?? ""))];
        return ends.includes(undefined) ? [] : [ends as [number, number]];
      }),
    ),
  );
  const names = tables.map(({ name }) => name.toLowerCase());
  return { tables: tablesOfSchema(schema), foreignKeys: foreignKeyMap(names, columns, keys) };
}
