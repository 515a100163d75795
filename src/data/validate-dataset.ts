import { ProblemList } from "./problem-list.js";
import type { Dataset, Example } from "./types.js";

/**
 * Checks what a user's own pipeline returned, and fills in what may be left out: validation, test, schemas, databases,
 * dropped, checksums and notes.
 * @throws SqltuneError with every problem (ten at most) when the shape is wrong.
 */
export function validateDataset(value: unknown, source: string): Dataset {
  const problems = new ProblemList(
    `prepare() of ${source} did not give a Dataset`,
    "Expected { train, validation, test: Example[], schemas: Map<string, Schema>, databases: Map<string, string>, … }, where an Example is { id, question, sql, dbId }.",
  );
  if (typeof value !== "object" || value === null) {
    problems.add(`it gave ${value === null ? "null" : `a ${typeof value}`}`);
    problems.throwIfAny();
  }
  const given = value as Partial<Dataset>;
  const dataset: Dataset = {
    train: given.train ?? [],
    validation: given.validation ?? [],
    test: given.test ?? [],
    schemas: given.schemas ?? new Map(),
    databases: given.databases ?? new Map(),
    dropped: given.dropped ?? [],
    checksums: given.checksums ?? {},
    notes: [...(given.notes ?? [])],
  };
  for (const field of ["schemas", "databases"] as const) {
    if (!(dataset[field] instanceof Map)) problems.add(`${field} is no Map`);
  }
  problems.throwIfAny();
  for (const part of ["train", "validation", "test"] as const) {
    if (!Array.isArray(dataset[part])) problems.add(`${part} is no list`);
    else for (const [i, row] of dataset[part].entries()) checkExample(row, `${part}[${i}]`, dataset, problems);
  }
  if (Array.isArray(dataset.train) && dataset.train.length === 0) problems.add("train has no rows");
  problems.throwIfAny();
  return dataset;
}

function checkExample(row: Example, place: string, dataset: Dataset, problems: ProblemList): void {
  if (typeof row !== "object" || row === null) {
    problems.add(`${place} is no object`);
    return;
  }
  for (const field of ["id", "question", "sql"] as const) {
    if (typeof row[field] !== "string" || row[field].trim() === "") problems.add(`${place}.${field} is no text`);
  }
  if (row.dbId !== null && typeof row.dbId !== "string") problems.add(`${place}.dbId is neither a text nor null`);
  else if (row.dbId !== null && !dataset.schemas.has(row.dbId))
    problems.add(`${place}.dbId is ${row.dbId}, which schemas does not hold`);
}
