import { ProblemList } from "./problem-list.js";
import type { Dataset, DroppedRow, Example } from "./types.js";

/** Runs one query on a SQLite file and takes "x" for a string where x is no column; a database pool's `query` does. */
export type RunQuery = (file: string, sql: string) => Promise<{ ok: true } | { ok: false; error: string }>;

export interface CheckGoldOptions {
  /** Throw when a gold query does not run, instead of leaving its row out. Default false. */
  strict?: boolean;
  signal?: AbortSignal;
  onProgress?: (done: number, total: number) => void;
  /** Queries under way at once. Default 4. */
  concurrency?: number;
}

/**
 * Runs every gold query that has a database, each different one once, and leaves out the rows whose query fails; they
 * go to `dropped` with SQLite's reason. Rows without a database stay.
 * @returns a new Dataset; the one given is not changed.
 * @throws SqltuneError with the failing rows when `strict`; the signal's reason when it aborts.
 */
export async function checkGold(
  dataset: Dataset,
  runQuery: RunQuery,
  options: CheckGoldOptions = {},
): Promise<Dataset> {
  const { signal, onProgress } = options;
  const queries = distinctQueries(dataset);
  const errors = new Map<string, string>();
  const pending = [...queries.entries()];
  let done = 0;
  const worker = async () => {
    for (let next = pending.shift(); next !== undefined; next = pending.shift()) {
      signal?.throwIfAborted();
      const [key, { file, sql }] = next;
      const result = await runQuery(file, sql);
      if (!result.ok) errors.set(key, result.error);
      onProgress?.(++done, queries.size);
    }
  };
  try {
    await Promise.all(Array.from({ length: Math.max(1, options.concurrency ?? 4) }, worker));
  } finally {
    // After an abort the other workers find nothing more to do.
    pending.length = 0;
  }

  const failing: DroppedRow[] = [];
  const runnable = (rows: Example[]) =>
    rows.filter((row) => {
      const error = errors.get(keyOf(row));
      if (error !== undefined)
        failing.push({ id: row.id, reason: `the gold query does not run: ${error} (${row.sql})` });
      return error === undefined;
    });
  const checked: Dataset = {
    ...dataset,
    train: runnable(dataset.train),
    validation: runnable(dataset.validation),
    test: runnable(dataset.test),
    dropped: [...dataset.dropped, ...failing],
    notes: [...dataset.notes],
  };
  if (failing.length === 0) return checked;
  if (options.strict) {
    const problems = new ProblemList(
      `${failing.length} gold queries do not run`,
      "Mend these rows, or turn data.strict off to leave them out.",
    );
    for (const row of failing) problems.add(`${row.id}: ${row.reason}`);
    problems.throwIfAny();
  }
  checked.notes.push(
    `${failing.length} rows were left out because their gold query does not run; the first is ${failing[0]!.id}: ${failing[0]!.reason}.`,
  );
  return checked;
}

const keyOf = (row: Example): string => `${row.dbId}\n${row.sql}`;

function distinctQueries(dataset: Dataset): Map<string, { file: string; sql: string }> {
  const queries = new Map<string, { file: string; sql: string }>();
  for (const row of [...dataset.train, ...dataset.validation, ...dataset.test]) {
    const file = row.dbId === null ? undefined : dataset.databases.get(row.dbId);
    if (file === undefined || queries.has(keyOf(row))) continue;
    queries.set(keyOf(row), { file, sql: row.sql });
  }
  return queries;
}
