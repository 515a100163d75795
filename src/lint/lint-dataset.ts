import type { SplitMode } from "../data/options.js";
import type { Dataset } from "../data/types.js";
import { createDatabasePool } from "../database/index.js";
import type { DatabasePool } from "../database/types.js";
import { serializeSchema } from "../schema/index.js";
import type { Schema } from "../schema/types.js";
import { againstChecks } from "./against-checks.js";
import { readAgainstFile } from "./against-file.js";
import { databaseChecks } from "./database-checks.js";
import { type DatasetRow, datasetRows } from "./dataset-rows.js";
import { duplicateChecks } from "./duplicate-checks.js";
import { emptyTableCheck } from "./empty-tables.js";
import { goldChecks, notOneSelect } from "./gold-checks.js";
import { hiddenValueCheck } from "./hidden-values.js";
import { leakChecks } from "./leak-checks.js";
import { lengthChecks } from "./length-checks.js";
import { parseChecks } from "./parse-checks.js";
import { type GoldOutcome, goldKey, runGold } from "./run-gold.js";
import { addLines, fileChecks, type SourceFile, sourceFiles } from "./source-files.js";
import { droppedRowChecks, isSwapped, textChecks } from "./text-checks.js";
import type { LintContext, LintFinding, LintProgress, LintReport, LintSeverity, SkippedCheck } from "./types.js";

const SEVERITIES: readonly LintSeverity[] = ["error", "warning", "note"];

/**
 * Looks for what makes a data set teach or measure something else than is meant, and says where and what to do. Nothing
 * is changed. Gold queries are run by a pool of read-only processes.
 * @param dataset as a pipeline's prepare() gives it, before rows whose gold does not run are left out
 * @throws the signal's reason when it aborts; SqltuneError for an `against` file that cannot be read
 */
export async function lintDataset(dataset: Dataset, options: LintContext = {}): Promise<LintReport> {
  const start = performance.now();
  const files = await sourceFiles(dataset, options.baseDir ?? process.cwd());
  const { signal } = options;
  const rows = await datasetRows(dataset, { signal });
  const skipped = [...(options.skipped ?? [])];
  const found = [
    ...(await fileChecks(files)),
    ...droppedRowChecks(dataset.dropped),
    ...(await textChecks(rows, { signal })),
    ...(await goldFindings(dataset, rows, options, skipped)),
    ...(await hiddenValueCheck(dataset, rows, options.schemaText ?? compactText, { signal })),
    ...(await lengthFindings(rows, options)),
    ...(await duplicateChecks(rows, {
      similarity: options.similarity ?? 0.8,
      signal,
      onProgress: progressOf(options, "looking for duplicates"),
    })),
    ...leakChecks(rows, { split: splitOf(dataset) }),
    ...databaseChecks(dataset, rows),
    ...(await againstFindings(rows, files, options)),
  ];
  const ignored = new Set(options.ignore);
  const findings = SEVERITIES.flatMap((severity) =>
    found.filter((finding) => finding.severity === severity && !ignored.has(finding.check)),
  );
  await addLines(findings, files);
  return { findings, summary: summarize(dataset, rows, findings, skipped, (performance.now() - start) / 1000) };
}

async function goldFindings(
  dataset: Dataset,
  rows: readonly DatasetRow[],
  options: LintContext,
  skipped: SkippedCheck[],
): Promise<LintFinding[]> {
  const { slowSeconds = 1, timeoutSeconds = 10, signal } = options;
  // Where the columns are swapped there is no SQL to run; that is said already.
  const asked = rows.filter((row) => !isSwapped(row));
  const judge = async (outcomes: ReadonlyMap<string, GoldOutcome>): Promise<LintFinding[]> => [
    ...goldChecks(asked, outcomes, { slowSeconds, timeoutSeconds }),
    ...(await parseChecks(dataset, asked, (row) => runs(row, outcomes), { signal })),
  ];
  if (dataset.databases.size === 0) {
    skipped.push({
      checks: ["gold-fails", "gold-returns-nothing", "gold-slow", "empty-table"],
      reason: "gold was not run: this data has no databases",
    });
    return judge(new Map());
  }
  return withPool(options.pool, async (pool) => {
    const outcomes = await runGold(dataset, asked, pool, {
      ...{ timeoutMs: timeoutSeconds * 1000, signal },
      onProgress: progressOf(options, "running gold SQL"),
    });
    return [...(await judge(outcomes)), ...(await emptyTableCheck(dataset, asked, pool, signal))];
  });
}

/** Whether SQLite takes the query; undefined where that has not been seen. */
function runs(row: DatasetRow, outcomes: ReadonlyMap<string, GoldOutcome>): boolean | undefined {
  if (notOneSelect(row.sql) !== null) return false;
  const outcome = outcomes.get(goldKey(row));
  if (outcome === undefined || outcome.ok) return outcome?.ok;
  return outcome.kind === "error" || outcome.kind === "too_large" ? false : undefined;
}

const compactText = (schema: Schema): string => serializeSchema(schema, "compact");

async function withPool<T>(given: DatabasePool | undefined, work: (pool: DatabasePool) => Promise<T>): Promise<T> {
  if (given) return work(given);
  await using pool = createDatabasePool();
  return await work(pool);
}

async function lengthFindings(rows: readonly DatasetRow[], options: LintContext): Promise<LintFinding[]> {
  const { countTokens, maxTokens, signal } = options;
  if (!countTokens || !maxTokens) return [];
  return lengthChecks(rows, countTokens, maxTokens, { signal, onProgress: progressOf(options, "counting tokens") });
}

async function againstFindings(
  rows: readonly DatasetRow[],
  files: readonly SourceFile[],
  options: LintContext,
): Promise<LintFinding[]> {
  const findings: LintFinding[] = [];
  for (const path of options.against ?? []) {
    const against = await readAgainstFile(path);
    const same = new Set(files.filter(({ sha256 }) => sha256 === against.sha256).map(({ name }) => name));
    findings.push(...againstChecks(rows, against, (row) => row.file !== null && same.has(row.file)));
  }
  return findings;
}

function progressOf(options: LintContext, phase: LintProgress["phase"]) {
  return (done: number, total: number) => options.onProgress?.({ phase, done, total });
}

/** The pipelines note how they divided the rows; data.split alone does not say it where it is auto. */
function splitOf(dataset: Dataset): SplitMode | null {
  const modes = { "as the source gives it": "given", "by database": "database", "at random by row": "random" } as const;
  for (const [words, mode] of Object.entries(modes)) {
    if (dataset.notes.some((note) => note.startsWith(`Split ${words}`))) return mode;
  }
  return null;
}

function summarize(
  dataset: Dataset,
  rows: readonly DatasetRow[],
  findings: readonly LintFinding[],
  skipped: SkippedCheck[],
  seconds: number,
): LintReport["summary"] {
  const of = (severity: LintSeverity) => findings.filter((finding) => finding.severity === severity).length;
  const distinct = (split: DatasetRow["split"]) =>
    new Set(rows.filter((row) => row.split === split).map((row) => `${row.dbId ?? ""}\n${row.normalizedSql}`)).size;
  return {
    rows: {
      train: dataset.train.length,
      validation: dataset.validation.length,
      test: dataset.test.length,
      dropped: dataset.dropped.length,
    },
    distinct_sql: { train: distinct("train"), validation: distinct("validation"), test: distinct("test") },
    databases: new Set(rows.flatMap((row) => row.dbId ?? [])).size,
    errors: of("error"),
    warnings: of("warning"),
    notes: of("note"),
    skipped,
    seconds: Math.round(seconds * 100) / 100,
  };
}
