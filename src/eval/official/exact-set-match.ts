import { SqltuneError } from "../../errors.js";
import {
  EMPTY_SQL,
  parseSpiderSql,
  SpiderParseError,
  SpiderSchema,
  type SpiderScript,
  type SpiderSql,
  type SpiderTables,
} from "../../sql/spider/index.js";
import type { ExactSetVerdict, Hardness } from "../verdicts.js";
import { exactMatch } from "./components.js";
import type { ForeignKeyMap } from "./foreign-keys.js";
import { hardnessOf } from "./hardness.js";
import { comparable, OfficialScriptFailure } from "./rebuild.js";
import type { OfficialSchemas } from "./schemas.js";

export interface ExactSetMatchOptions {
  /**
   * Whose rules: "test-suite" (taoyds/test-suite-sql-eval, the default) or "spider" (the older taoyds/spider). They differ
   * in two things: in `valuePlaceholder`, and in that the older reads the number after LIMIT, which matters in nested
   * queries and where it is no number.
   */
  script?: SpiderScript;
  /**
   * Write 1 for every `value` in a prediction, the placeholder of models that predict no values. Default: as the script
   * does, true for "test-suite" alone. It spoils predictions that name a column with "value" in it.
   */
  valuePlaceholder?: boolean;
  /**
   * Tables and columns of a database. The scripts read them from the SQLite file, and only the foreign keys from
   * tables.json; without this, or where it gives undefined, both come from tables.json. In Spider the names are the same.
   */
  tablesOf?: (dbId: string) => SpiderTables | undefined;
}

export interface OfficialVerdict extends ExactSetVerdict {
  /**
   * Why the official script would stop at this row with a Python error, and score no row at all; null in all but freak
   * cases. The verdict then is what the rules give where they can be followed, and otherwise that of no query.
   */
  scriptError: string | null;
}

interface Gold {
  label: SpiderSql;
  hardness: Hardness;
}

interface Database {
  schema: SpiderSchema;
  foreignKeys: ForeignKeyMap;
}

/**
 * Spider's exact set match (Yu et al. 2018, "Spider", section 6; evaluation.py): the query's clauses as sets, without values
 * and DISTINCT. It agrees with the official script on every row of eight systems' predictions.
 */
export class ExactSetMatch {
  readonly #schemas: OfficialSchemas;
  readonly #script: SpiderScript;
  readonly #valuePlaceholder: boolean;
  readonly #tablesOf: ExactSetMatchOptions["tablesOf"];
  readonly #databases = new Map<string, Database>();
  readonly #golds = new Map<string, Gold>();

  constructor(schemas: OfficialSchemas, options: ExactSetMatchOptions = {}) {
    this.#schemas = schemas;
    this.#script = options.script ?? "test-suite";
    this.#valuePlaceholder = options.valuePlaceholder ?? this.#script === "test-suite";
    this.#tablesOf = options.tablesOf;
  }

  /**
   * @throws SqltuneError code ERR_GOLD when the gold does not parse, ERR_SCHEMA when the database is not known; the official
   * script stops at both
   */
  judge({ gold, predicted, dbId }: { gold: string; predicted: string; dbId: string }): OfficialVerdict {
    const database = this.#database(dbId);
    const { label, hardness } = this.#gold(gold, dbId, database);
    const pred = this.#prediction(predicted, database.schema);
    try {
      const parsed = pred ?? EMPTY_SQL;
      const match = exactMatch(comparable(parsed, database.foreignKeys), label);
      return { ...match, parsed: pred !== null, hardness };
    } catch (error) {
      if (!(error instanceof OfficialScriptFailure)) throw error;
      return { ...exactMatch(EMPTY_SQL, label), em: false, parsed: true, hardness, scriptError: error.message };
    }
  }

  /** @throws SqltuneError as `judge` */
  hardness(gold: string, dbId: string): Hardness {
    return this.#gold(gold, dbId, this.#database(dbId)).hardness;
  }

  /**
   * The names that the older script's execution accuracy gives the columns of both results (`res_map`): what is selected,
   * without aggregate and DISTINCT, columns tied by foreign keys alike. Results count as equal when the same names have the
   * same lists of values; of columns with one name the last stands. A prediction that does not parse has none.
   *
   * @throws SqltuneError as `judge`
   */
  selectKeys({ gold, predicted, dbId }: { gold: string; predicted: string; dbId: string }): {
    gold: string[];
    predicted: string[];
  } {
    const database = this.#database(dbId);
    const { label } = this.#gold(gold, dbId, database);
    const pred = this.#prediction(predicted, database.schema) ?? EMPTY_SQL;
    return { gold: keysOf(label), predicted: keysOf(comparableOrEmpty(pred, database.foreignKeys)) };
  }

  /** Null when Spider's parser does not read it. */
  #prediction(predicted: string, schema: SpiderSchema): SpiderSql | null {
    const query = this.#valuePlaceholder ? predicted.replaceAll("value", "1") : predicted;
    try {
      return parseSpiderSql(schema, query, { script: this.#script });
    } catch (error) {
      if (error instanceof SpiderParseError) return null;
      throw error;
    }
  }

  #gold(gold: string, dbId: string, { schema, foreignKeys }: Database): Gold {
    const key = `${dbId}\n${gold}`;
    const known = this.#golds.get(key);
    if (known !== undefined) return known;
    try {
      const sql = parseSpiderSql(schema, gold, { script: this.#script });
      const made = { label: comparable(sql, foreignKeys), hardness: hardnessOf(sql) };
      // Some faults show only in a comparison: they are looked for here, where the gold is to blame.
      exactMatch(EMPTY_SQL, made.label);
      this.#golds.set(key, made);
      return made;
    } catch (cause) {
      if (!(cause instanceof SpiderParseError || cause instanceof OfficialScriptFailure)) throw cause;
      throw new SqltuneError(
        `The gold query of database ${dbId} cannot be judged by exact set match: Spider's parser says "${cause.message}". Expected a query in Spider's subset of SQL, found: ${gold.slice(0, 200)}`,
        { code: "ERR_GOLD", cause },
      );
    }
  }

  #database(dbId: string): Database {
    const known = this.#databases.get(dbId);
    if (known !== undefined) return known;
    const official = this.#schemas.get(dbId);
    if (official === undefined) {
      throw new SqltuneError(
        `The tables file has no database ${dbId} (it has ${this.#schemas.size}). Give the tables.json that belongs to the gold file.`,
        { code: "ERR_SCHEMA" },
      );
    }
    const schema = new SpiderSchema(this.#tablesOf?.(dbId) ?? official.tables);
    const made = { schema, foreignKeys: official.foreignKeys };
    this.#databases.set(dbId, made);
    return made;
  }
}

function comparableOrEmpty(sql: SpiderSql, foreignKeys: ForeignKeyMap): SpiderSql {
  try {
    return comparable(sql, foreignKeys);
  } catch (error) {
    if (error instanceof OfficialScriptFailure) return EMPTY_SQL;
    throw error;
  }
}

function keysOf({ select: [, units] }: SpiderSql): string[] {
  return units.map(([, [op, left, right]]) => JSON.stringify(right === null ? left : [op, left, right]));
}
