import { SqltuneError } from "../../errors.js";
import type { Schema } from "../../schema/types.js";
import { parseSelect, type ResolvedNames, resolveNames, type SelectStatement } from "../../sql/syntax/index.js";
import type { Miss } from "../verdicts.js";
import { buildShape, type ShapeOptions } from "./build-shape.js";
import { compareShapes } from "./compare-shapes.js";
import { type Difference, kindsOf, listed } from "./difference.js";
import { equalColumns } from "./equal-columns.js";
import { inventedIn } from "./invented-names.js";

export interface MissInput {
  gold: string;
  /** As it was run: the official scripts mend "! =", SQLite does not. */
  predicted: string;
  schema: Schema;
  /** What running the prediction gave, where it did not run. */
  failure?: { kind: string; error: string };
}

/**
 * Says why a prediction is not the gold, from the two syntax trees: aliases resolved, case, quotes, the order of
 * conditions and of tables, a < b or b > a, ON or WHERE, a nested IN or a join made one. Call it for misses alone: for
 * two queries that differ in nothing but their results it says "other".
 */
export function classifyMiss({ gold, predicted, schema, failure }: MissInput): Miss {
  const query = parsed(predicted);
  if (query instanceof SqltuneError) {
    const detail =
      predicted.trim() === "" ? "The prediction is empty." : `The prediction does not parse: ${query.message}.`;
    return { kind: "does_not_parse", all: ["does_not_parse"], detail, invented: [] };
  }
  const names = resolveNames(query, schema);
  const reference = parsed(gold);
  const differences = [...nameDifferences(names), ...failureDifferences(failure)];
  if (!(reference instanceof SqltuneError)) differences.push(...compareQueries(reference, query, names, schema));
  const all = kindsOf(differences);
  const invented = inventedIn(names, schema);
  const kind = all[0];
  if (kind !== undefined) return { kind, all, detail: differences.find((one) => one.kind === kind)!.detail, invented };
  const detail =
    reference instanceof SqltuneError
      ? `The gold query does not parse: ${reference.message}.`
      : failure !== undefined
        ? `The prediction fails: ${failure.error}`
        : "Both queries have the same structure, yet their results differ.";
  return { kind: "other", all: ["other"], detail, invented };
}

function parsed(sql: string): SelectStatement | SqltuneError {
  try {
    return parseSelect(sql);
  } catch (error) {
    if (error instanceof SqltuneError) return error;
    throw error;
  }
}

function nameDifferences(names: ResolvedNames): Difference[] {
  const differences: Difference[] = [];
  if (names.unknownTables.length > 0) {
    const detail = `The prediction reads ${listed([...new Set(names.unknownTables)])}, which the schema does not have.`;
    differences.push({ kind: "unknown_table", detail });
  }
  const written = ({ table, column }: { table: { name: string } | null; column: { name: string } }) =>
    table === null ? column.name : `${table.name}.${column.name}`;
  if (names.unknownColumns.length > 0) {
    const columns = listed([...new Set(names.unknownColumns.map(written))]);
    differences.push({ kind: "unknown_column", detail: `The tables that the prediction reads have no ${columns}.` });
  }
  for (const [reference, meaning] of names.columns) {
    if (meaning.kind !== "ambiguous") continue;
    const tables = listed(meaning.sources.map((source) => source.name));
    differences.push({ kind: "unknown_column", detail: `${written(reference)} could be a column of ${tables}.` });
  }
  return differences;
}

/** What the database says of names that the given schema does not show. */
function failureDifferences(failure: MissInput["failure"]): Difference[] {
  const error = failure?.error ?? "";
  if (/no such table/i.test(error)) return [{ kind: "unknown_table", detail: `The prediction fails: ${error}` }];
  if (/no such column|ambiguous column/i.test(error)) {
    return [{ kind: "unknown_column", detail: `The prediction fails: ${error}` }];
  }
  return [];
}

/** Compares with nested IN written as joins and without; the reading in which the two are nearer counts. */
function compareQueries(
  gold: SelectStatement,
  predicted: SelectStatement,
  predictedNames: ResolvedNames,
  schema: Schema,
): Difference[] {
  const goldSide = { schema, names: resolveNames(gold, schema) };
  const predictedSide = { schema, names: predictedNames };
  const shapes = (options: Pick<ShapeOptions, "flatten" | "standFor">) =>
    [buildShape(gold, { ...goldSide, ...options }), buildShape(predicted, { ...predictedSide, ...options })] as const;
  const standFor = equalColumns(...shapes({ flatten: true }));
  const joined = compareShapes(...shapes({ flatten: true, standFor }));
  const nested = compareShapes(...shapes({ flatten: false, standFor }));
  if (joined.length === 0 && nested.length > 0) {
    const detail =
      "One query joins where the other nests, so that rows which match several times are repeated in one alone.";
    return [{ kind: "set_operation_or_nesting", detail }];
  }
  return kindsOf(joined).length < kindsOf(nested).length ? joined : nested;
}
