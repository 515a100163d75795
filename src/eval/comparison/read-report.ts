import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { SqltuneError } from "../../errors.js";
import type { EvalReport } from "../eval-report.js";

const ADVICE = "Expected a report that sqltune eval --output wrote, or the folder that holds it.";

/** Where a folder may have its report, the nearest first; a quickstart's run has two. */
const PLACES = ["eval.json", join("eval", "eval.json"), join("eval", "tuned", "eval.json")];

const verdict = z.boolean().nullable();
/** What a comparison reads; the rest of a report is taken as it stands. */
const reportShape = z.looseObject({
  summary: z.looseObject({
    checksums: z.looseObject({
      gold: z.string(),
      tables: z.string().nullable(),
      databases: z.string().nullable(),
      suites: z.string().nullable(),
    }),
    definition: z.looseObject({ evaluator: z.string(), rules: z.looseObject({}) }),
  }),
  details: z.array(
    z.looseObject({
      index: z.number(),
      question: z.string(),
      db_id: z.string().nullable(),
      gold: z.string(),
      predicted: z.string(),
      em: verdict,
      ex: verdict,
      ts: verdict,
      exact_match: z.boolean(),
    }),
  ),
});

/** Reads the report at a path, or the one in a folder. @throws SqltuneError that says what is there instead */
export async function readReport(path: string): Promise<EvalReport> {
  const file = await reportFile(path);
  let value: unknown;
  try {
    value = JSON.parse((await readFile(file, "utf8")).replace(/^\uFEFF/, ""));
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw new SqltuneError(`${file} cannot be read: ${(error as Error).message}`);
    throw new SqltuneError(`${file} is no JSON. ${ADVICE}`, { cause: error });
  }
  const parsed = reportShape.safeParse(value);
  if (parsed.success) return value as EvalReport;
  const old = /gold_sql|predicted_sql/.test(JSON.stringify(value)?.slice(0, 100_000) ?? "");
  const { path: at, message } = parsed.error.issues[0]!;
  throw new SqltuneError(
    old
      ? `${file} was written by an earlier sqltune. Score the predictions.sql beside it again with eval --predictions.`
      : `${file} is no report: ${at.length > 0 ? `${at.join(".")}: ` : ""}${message}. ${ADVICE}`,
  );
}

async function reportFile(path: string): Promise<string> {
  const found = await stat(path).catch(() => null);
  if (!found) throw new SqltuneError(`there is no ${path}. ${ADVICE}`);
  if (!found.isDirectory()) return path;
  for (const place of PLACES) {
    const file = join(path, place);
    if ((await stat(file).catch(() => null))?.isFile()) return file;
  }
  throw new SqltuneError(`${path} has no report; looked for ${PLACES.join(", ")}. ${ADVICE}`);
}
