import { SqltuneError } from "../errors.js";
import { normalizeSql } from "../sql/statements.js";
import { databaseSplit, holdOutDatabases } from "./database-split.js";
import type { DataOptions, SplitMode } from "./options.js";
import { ProblemList } from "./problem-list.js";
import { randomSplit, type Split } from "./random-split.js";
import type { Dataset, Example } from "./types.js";

/** What a pipeline has read, before it is divided. `validation` and `test` are null where the source has no such part. */
export interface SourceParts extends Omit<Dataset, "train" | "validation" | "test"> {
  /** What the source calls itself, for messages. */
  source: string;
  train: Example[];
  validation: Example[] | null;
  test: Example[] | null;
}

/** Divides the rows as `options.split` says, applies the sample limits, and notes how far test SQL stands in train. */
export function finishDataset(parts: SourceParts, options: DataOptions): Dataset {
  const { source, schemas, databases, dropped, checksums } = parts;
  const notes = [...parts.notes];
  const problems = new ProblemList(
    parts.train.length === 0 ? `${source} gives no training rows` : `${source} has rows that cannot be used`,
    options.strict ? "Mend these rows, or turn data.strict off to leave them out." : "Mend these rows.",
  );
  for (const row of dropped) problems.add(`${row.id}: ${row.reason}`);
  if (options.strict || parts.train.length === 0) problems.throwIfAny();
  const single = parts.validation === null && parts.test === null;
  const rows = single ? firstOf(parts.train, options.maxTrainSamples) : parts.train;
  const divided = divide({ ...parts, train: rows }, options, notes);
  const dataset: Dataset = {
    train: single ? divided.train : firstOf(divided.train, options.maxTrainSamples),
    validation: firstOf(divided.validation, options.maxValSamples),
    test: firstOf(divided.test, options.maxValSamples),
    schemas,
    databases,
    dropped,
    checksums,
    notes,
  };
  if (dataset.train.length === 0) {
    throw new SqltuneError(`${source} gives no training rows.`, { code: "ERR_DATA" });
  }
  if (dropped.length > 0)
    notes.push(`${dropped.length} rows were left out; the first is ${dropped[0]!.id}: ${dropped[0]!.reason}.`);
  const leak = leakNote(dataset);
  if (leak !== null) notes.push(leak);
  return dataset;
}

function firstOf<T>(rows: T[], limit: number | null): T[] {
  return limit === null ? rows : rows.slice(0, limit);
}

function divide(parts: SourceParts, options: DataOptions, notes: string[]): Split<Example> {
  const { valSplitRatio: ratio, seed } = options;
  const all = [...parts.train, ...(parts.validation ?? []), ...(parts.test ?? [])];
  const databases = new Set(all.map((row) => row.dbId)).size;
  const given = parts.validation !== null || parts.test !== null;
  let mode: Exclude<SplitMode, "auto"> = options.split === "auto" ? "given" : options.split;
  if (mode === "given" && !given) {
    if (options.split === "given") {
      throw new SqltuneError(
        `data.split is given, but ${parts.source} has only training rows. Set it to database or random, or add validation and test files.`,
        { code: "ERR_DATA" },
      );
    }
    mode = databases >= 3 ? "database" : "random";
    if (mode === "random" && parts.schemas.size > 0) {
      notes.push(
        `Split at random: the rows name ${databases} database${databases === 1 ? "" : "s"}, and a split by database needs 3.`,
      );
    }
  }
  if (mode === "database" && all.every((row) => row.dbId === null)) {
    throw new SqltuneError(
      `data.split is database, but ${parts.source} names no databases. Set data.split to random.`,
      { code: "ERR_DATA" },
    );
  }
  const split =
    mode === "given"
      ? givenSplit(parts, ratio, seed, notes)
      : mode === "database"
        ? databaseSplit(all, ratio, seed)
        : randomSplit(all, ratio, seed);
  const how = { given: "as the source gives it", database: "by database", random: "at random by row" }[mode];
  notes.push(
    `Split ${how}: ${count(split.train)} for training, ${count(split.validation)} for validation, ${count(split.test)} for test.`,
  );
  return split;
}

/** The source's own parts. Where it has no validation rows, databases are set aside from its training rows. */
function givenSplit(parts: SourceParts, ratio: number, seed: number, notes: string[]): Split<Example> {
  const test = parts.test ?? [];
  if (parts.validation !== null) return { train: parts.train, validation: parts.validation, test };
  const { train, validation } = holdOutDatabases(parts.train, ratio / 2, seed);
  const names = [...new Set(validation.map((row) => row.dbId))].sort();
  notes.push(
    validation.length === 0
      ? "There are no validation rows: the training rows are all of one database."
      : `Validation is set aside from the training rows: databases ${names.join(", ")}.`,
  );
  return { train, validation, test };
}

function count(rows: Example[]): string {
  const databases = new Set(rows.flatMap((row) => row.dbId ?? [])).size;
  return databases === 0 ? `${rows.length} rows` : `${rows.length} rows of ${databases} databases`;
}

/** Says how many test queries stand in train, compared as the seed's string match compares; null without test rows. */
export function leakNote(dataset: Pick<Dataset, "train" | "test">): string | null {
  if (dataset.test.length === 0) return null;
  const trained = new Set(dataset.train.map((row) => normalizeSql(row.sql)));
  const known = dataset.test.filter((row) => trained.has(normalizeSql(row.sql))).length;
  const share = ((100 * known) / dataset.test.length).toFixed(1);
  const meaning = known / dataset.test.length > 0.2 ? " A score on it measures memory more than skill." : "";
  return `${known} of ${dataset.test.length} test queries (${share} %) stand in the training rows too.${meaning}`;
}
