import { SqltuneError } from "../src/errors.js";
import { createRandom, deriveSeed, shuffle } from "../src/train/random.js";

/** Databases are drawn this often; the draw whose mean row is nearest to the mean of all rows is taken. */
const DRAWS = 200;
/** Sets of up to this many questions a database are made of the same rows. */
const SHARED_ROWS = 8;

export interface RowSetOptions<Row> {
  /** Rows of each database. */
  databases: readonly (readonly Row[])[];
  length: (row: Row) => number;
  /** Questions of one database that stand together. */
  k: number;
  steps: number;
  rowsPerStep: number;
  seed: number;
}

/**
 * Rows for a benchmark: `steps` steps of `rowsPerStep / k` groups of k rows, every group of a step from another
 * database. Sets of different k come from the same databases and rows where that is possible: with 8 rows a database
 * where they suffice to give each group of a step its own, so that k = 4 and k = 8 are the same rows.
 */
export function chooseRowSet<Row>(options: RowSetOptions<Row>): Row[][][] {
  const { databases, length, k, steps, rowsPerStep, seed } = options;
  const groupsPerStep = rowsPerStep / k;
  const groups = groupsPerStep * steps;
  const wanted = Math.min(groups, Math.max(Math.ceil((groups * k) / SHARED_ROWS), groupsPerStep));
  // More groups than databases have rows for is met by more databases, not by a row that comes twice.
  const fitting = databases.filter((rows) => rows.length >= k);
  const used = Math.min(wanted, fitting.length);
  const groupsEach = Math.ceil(groups / used);
  const able = fitting.filter((rows) => rows.length >= groupsEach * k);
  if (able.length < Math.max(used, groupsPerStep)) {
    throw new SqltuneError(
      `${steps} steps of ${rowsPerStep} rows with ${k} questions a database need ${used} databases with ` +
        `${groupsEach * k} rows each; ${able.length} have them. Take fewer steps or rows.`,
    );
  }
  const target = mean(databases.flat().map(length));
  let best: { distance: number; drawn: Row[][] } | null = null;
  for (let draw = 0; draw < DRAWS; draw++) {
    const drawn = drawDatabases(able, used, groupsEach * k, createRandom(deriveSeed(seed, draw)));
    const distance = Math.abs(mean(drawn.flat().map(length)) - target);
    if (best === null || distance < best.distance) best = { distance, drawn };
  }
  const { drawn } = best!;
  // In turn: consecutive groups, and so those of a step, are of different databases.
  const inTurn = Array.from({ length: groups }, (_, i) => {
    const part = Math.floor(i / used) * k;
    return drawn[i % used]!.slice(part, part + k);
  });
  return Array.from({ length: steps }, (_, step) => inTurn.slice(step * groupsPerStep, (step + 1) * groupsPerStep));
}

function drawDatabases<Row>(
  databases: readonly (readonly Row[])[],
  count: number,
  rows: number,
  random: () => number,
): Row[][] {
  return shuffle([...databases], random)
    .slice(0, count)
    .map((all) => shuffle([...all], random).slice(0, rows));
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
