import type { SqlValue } from "../../database/index.js";
import { numberOf, pythonSortKey, ValueIds } from "./python-values.js";

/** Rows of a result, read with `safeIntegers`: the official comparison tells 1 from 1.0 in one place. */
export type ResultRows = readonly (readonly SqlValue[])[];

/**
 * Whether two results are the same answer by Spider's official rule (test-suite-sql-eval, exec_eval.py, `result_eq`): the
 * same rows, each as often, under some order of the columns; in the same order of rows where that matters. Two empty
 * results are equal whatever their columns. 1 and 1.0 are equal, 1 and '1' are not.
 */
export function resultsMatch(gold: ResultRows, predicted: ResultRows, orderMatters: boolean): boolean {
  if (gold.length !== predicted.length) return false;
  if (gold.length === 0) return true;
  const width = gold[0]!.length;
  if (predicted[0]!.length !== width) return false;
  if (identical(gold, predicted)) return true;
  const ids = new ValueIds();
  const goldColumns = columnsOf(gold, width, ids);
  const predictedColumns = columnsOf(predicted, width, ids);
  const match = orderMatters
    ? sameMembers(goldColumns.map(join), predictedColumns.map(join))
    : someColumnOrderMatches(goldColumns, predictedColumns);
  return match && (!ids.mixed || sameUnorderedRows(gold, predicted, orderMatters, ids));
}

/** Equal to the last type: what most right answers are, and seen without any bookkeeping. */
function identical(gold: ResultRows, predicted: ResultRows): boolean {
  return gold.every((row, i) => {
    const other = predicted[i]!;
    for (let j = 0; j < row.length; j++) if (!Object.is(row[j], other[j])) return false;
    return true;
  });
}

/**
 * The official quick rejection. Equal results pass it but for one thing, for which it is kept: it sorts a row's values by
 * their Python `str`, so that 2 and 2.0 can fall on different places and make equal rows differ.
 */
function sameUnorderedRows(gold: ResultRows, predicted: ResultRows, orderMatters: boolean, ids: ValueIds): boolean {
  const keys = (rows: ResultRows): string[] =>
    rows.map((row) => join([...row].sort(byPythonText).map((value) => ids.of(value))));
  const a = keys(gold);
  const b = keys(predicted);
  if (orderMatters) return a.every((key, i) => key === b[i]);
  const inGold = new Set(a);
  const inPredicted = new Set(b);
  return inGold.size === inPredicted.size && a.every((key) => inPredicted.has(key));
}

function byPythonText(a: SqlValue, b: SqlValue): number {
  const x = pythonSortKey(a);
  const y = pythonSortKey(b);
  return x < y ? -1 : x > y ? 1 : 0;
}

/** Each column as numbers, one for each distinct value. */
function columnsOf(rows: ResultRows, width: number, ids: ValueIds): number[][] {
  return Array.from({ length: width }, (_, column) => rows.map((row) => ids.of(row[column]!)));
}

/**
 * Looks for an order of the predicted columns under which both results hold the same bag of rows: column by column, going
 * on only while the bags of the rows so far are equal. The official script tries every permutation.
 */
function someColumnOrderMatches(gold: number[][], predicted: number[][]): boolean {
  const rows = gold[0]!.length;
  const bag = (column: number[]): string => join([...column].sort((a, b) => a - b));
  const goldBags = gold.map(bag);
  const predictedBags = predicted.map(bag);
  if (!sameMembers(goldBags, predictedBags)) return false;
  const used = new Set<number>();

  const matchFrom = (column: number, goldRows: number[], predictedRows: number[]): boolean => {
    if (column === gold.length) return true;
    const tried = new Set<string>();
    for (const [candidate, values] of predicted.entries()) {
      if (used.has(candidate) || predictedBags[candidate] !== goldBags[column]) continue;
      // A column equal to one that failed here fails too.
      const text = join(values);
      if (tried.has(text)) continue;
      tried.add(text);
      const pairs = new Map<number, number>();
      const nextGold = extend(goldRows, gold[column]!, pairs);
      const nextPredicted = extend(predictedRows, values, pairs);
      if (!sameMembers(nextGold, nextPredicted)) continue;
      used.add(candidate);
      if (matchFrom(column + 1, nextGold, nextPredicted)) return true;
      used.delete(candidate);
    }
    return false;
  };
  return matchFrom(0, new Array<number>(rows).fill(0), new Array<number>(rows).fill(0));
}

/** Numbers for the rows with one more column: equal where the rows so far and the new value are. */
function extend(rows: number[], column: number[], pairs: Map<number, number>): number[] {
  return rows.map((row, i) => {
    const key = numberOf(row, column[i]!);
    const id = pairs.get(key) ?? pairs.size;
    pairs.set(key, id);
    return id;
  });
}

function sameMembers<T>(a: readonly T[], b: readonly T[]): boolean {
  const counts = new Map<T, number>();
  for (const member of a) counts.set(member, (counts.get(member) ?? 0) + 1);
  for (const member of b) {
    const left = counts.get(member) ?? 0;
    if (left === 0) return false;
    counts.set(member, left - 1);
  }
  return a.length === b.length;
}

function join(numbers: readonly number[]): string {
  return numbers.join(",");
}
