import { SqltuneError } from "../errors.js";
import { NumpyGenerator } from "./numpy-random.js";
import type { Split } from "./random-split.js";
import type { Example } from "./types.js";

/**
 * Splits so that no database stands in two parts, the honest test of a model for databases it has not seen. Databases
 * are drawn in a seeded order; each part takes those that fit into its share of the rows, and the smallest one if none
 * does.
 * @param ratio share of the rows held out; half of it becomes validation, half test.
 * @throws SqltuneError when there are fewer than three databases.
 */
export function databaseSplit(rows: readonly Example[], ratio: number, seed: number): Split<Example> {
  const order = drawDatabases(rows, seed);
  if (order.length < 3) {
    throw new SqltuneError(
      `A split by database needs at least 3 databases, and these rows name ${order.length}. Set data.split to random, or give validation and test files of your own.`,
      { code: "ERR_DATA" },
    );
  }
  const test = takeShare(order, (rows.length * ratio) / 2, 2);
  const validation = takeShare(order, (rows.length * ratio) / 2, 1);
  const partOf = (names: Set<string>) => rows.filter((row) => names.has(keyOf(row)));
  return {
    train: rows.filter((row) => !test.has(keyOf(row)) && !validation.has(keyOf(row))),
    validation: partOf(validation),
    test: partOf(test),
  };
}

/** Sets databases aside as validation; the rest stays train. Nothing is set aside when there is only one database. */
export function holdOutDatabases(
  rows: readonly Example[],
  share: number,
  seed: number,
): Pick<Split<Example>, "train" | "validation"> {
  const order = drawDatabases(rows, seed);
  if (order.length < 2) return { train: [...rows], validation: [] };
  const names = takeShare(order, rows.length * share, 1);
  return {
    train: rows.filter((row) => !names.has(keyOf(row))),
    validation: rows.filter((row) => names.has(keyOf(row))),
  };
}

interface DatabaseRows {
  name: string;
  rows: number;
}

// Rows without a schema belong together: they might be about anything.
const keyOf = (row: Example): string => row.dbId ?? "";

/** Databases in a seeded order that does not depend on the order of the rows. */
function drawDatabases(rows: readonly Example[], seed: number): DatabaseRows[] {
  const counts = new Map<string, number>();
  for (const row of rows) counts.set(keyOf(row), (counts.get(keyOf(row)) ?? 0) + 1);
  const names = [...counts.keys()].sort();
  return new NumpyGenerator(seed)
    .permutation(names.length)
    .map((i) => ({ name: names[i]!, rows: counts.get(names[i]!)! }));
}

/** Removes from `order`, and returns, the databases that fit into `target` rows; `leave` of them stay at least. */
function takeShare(order: DatabaseRows[], target: number, leave: number): Set<string> {
  const taken = new Set<string>();
  const rest: DatabaseRows[] = [];
  let held = 0;
  for (const database of order) {
    if (order.length - taken.size <= leave || held + database.rows > target) {
      rest.push(database);
      continue;
    }
    taken.add(database.name);
    held += database.rows;
  }
  if (taken.size === 0) {
    const smallest = rest.reduce((a, b) => (b.rows < a.rows ? b : a));
    taken.add(smallest.name);
    rest.splice(rest.indexOf(smallest), 1);
  }
  order.length = 0;
  for (const database of rest) order.push(database);
  return taken;
}
