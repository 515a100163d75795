import {
  type ColUnit,
  type Cond,
  type Conds,
  type CondValue,
  isNestedSql,
  type SpiderSql,
  type TableUnit,
  type ValUnit,
} from "../../sql/spider/index.js";
import type { ForeignKeyMap } from "./foreign-keys.js";

/** The official script raises outside the place where it catches, and gives no score to any row. */
export class OfficialScriptFailure extends Error {
  override readonly name = "OfficialScriptFailure";
}

/**
 * A query made ready for comparison: values are left out, DISTINCT no longer counts, and columns tied by foreign keys become
 * one. Each of the script's two passes stops at a different place, and so does this: values go in nested conditions as
 * well, but columns and DISTINCT stay as they are in them; subqueries in FROM keep everything.
 *
 * @throws OfficialScriptFailure
 */
export function comparable(sql: SpiderSql, foreignKeys: ForeignKeyMap): SpiderSql {
  return withoutDistinct(withoutValues(sql), keysIn(sql.from.table_units, foreignKeys));
}

/** evaluation.py, `rebuild_sql_val`. */
function withoutValues(sql: SpiderSql): SpiderSql {
  return {
    ...sql,
    from: { ...sql.from, conds: condsWithoutValues(sql.from.conds) },
    having: condsWithoutValues(sql.having),
    where: condsWithoutValues(sql.where),
    intersect: sql.intersect && withoutValues(sql.intersect),
    except: sql.except && withoutValues(sql.except),
    union: sql.union && withoutValues(sql.union),
  };
}

function condsWithoutValues(conds: Conds): Conds {
  const drop = (value: CondValue): CondValue => (isNestedSql(value) ? withoutValues(value) : null);
  return conds.map((cond, i): Cond | "and" | "or" => {
    // Every second place is taken for the word between conditions, whatever stands there.
    if (i % 2 === 1) return cond;
    if (typeof cond === "string") throw new OfficialScriptFailure(`'${cond}' stands where a condition was expected`);
    const [not, op, left, value, upTo] = cond;
    return [not, op, left, drop(value), drop(upTo)];
  });
}

/** What a column counts as. */
type ColumnKey = (column: string) => string;

/** Foreign keys hold between columns of the query's own tables, and of what it is united with (`build_valid_col_units`). */
function keysIn(units: readonly TableUnit[], foreignKeys: ForeignKeyMap): ColumnKey {
  const tables = new Set(units.flatMap((unit) => (unit[0] === "table_unit" ? [unit[1].slice(0, -2)] : [])));
  return (column) => {
    const key = foreignKeys.get(column);
    return key !== undefined && tables.has(column.split(".", 1)[0]!) ? key : column;
  };
}

/** evaluation.py, `rebuild_sql_col`. */
function withoutDistinct(sql: SpiderSql, keyOf: ColumnKey): SpiderSql {
  const valUnit = (unit: ValUnit): ValUnit => valUnitByKeys(unit, keyOf);
  const conds = (list: Conds): Conds =>
    list.map((cond, i) => {
      if (i % 2 === 1 || typeof cond === "string") return cond;
      const [not, op, left, value, upTo] = cond;
      return [not, op, valUnit(left), value, upTo];
    });
  return {
    ...sql,
    select: [null, sql.select[1].map(([agg, unit]) => [agg, valUnit(unit)])],
    from: { ...sql.from, conds: conds(sql.from.conds) },
    where: conds(sql.where),
    groupBy: sql.groupBy.map((unit) => colUnitByKeys(unit, keyOf)),
    orderBy: sql.orderBy.length === 0 ? [] : [sql.orderBy[0], sql.orderBy[1].map(valUnit)],
    having: conds(sql.having),
    intersect: sql.intersect && withoutDistinct(sql.intersect, keyOf),
    except: sql.except && withoutDistinct(sql.except, keyOf),
    union: sql.union && withoutDistinct(sql.union, keyOf),
  };
}

function valUnitByKeys([op, left, right]: ValUnit, keyOf: ColumnKey): ValUnit {
  return [op, colUnitByKeys(left, keyOf), right && colUnitByKeys(right, keyOf)];
}

function colUnitByKeys([agg, column]: ColUnit, keyOf: ColumnKey): ColUnit {
  return [agg, keyOf(column), null];
}
