import { randomUUID } from "node:crypto";
import { mkdir, rename, rm, stat, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { SqltuneError } from "../errors.js";
import type { EvalReport } from "./eval-report.js";
import { type HtmlReportExtras, htmlReport } from "./html-report/index.js";
import { markdownReport } from "./markdown-report.js";
import { goldLine, NO_ANSWER, oneLineSql } from "./one-line-sql.js";

/** Files written beside the report. */
const BESIDE = ["predictions.jsonl", "predictions.sql", "gold.sql", "report.md", "report.html"] as const;

/**
 * Writes the report as JSON to `output` and, beside it, every answer (predictions.jsonl), a Markdown and an HTML account
 * and the two files that the official scripts read: predictions.sql and gold.sql. These two only when every row names its
 * database, without which the scripts cannot read them. Each file appears whole.
 *
 * @returns the paths written
 * @throws SqltuneError for a place where no file can be written
 */
export async function writeEvalFiles(
  report: EvalReport,
  output: string,
  extras: Partial<HtmlReportExtras> = {},
): Promise<string[]> {
  await checkOutput(output);
  const title = extras.title ?? "Evaluation";
  const texts: Record<(typeof BESIDE)[number], string | null> = {
    "predictions.jsonl": answerLines(report, extras.tokens),
    ...officialFiles(report),
    "report.md": markdownReport(report.summary, title),
    "report.html": htmlReport(report, { ...extras, title }),
  };
  const folder = dirname(output);
  const files: [path: string, text: string][] = [[output, `${JSON.stringify(report, null, 2)}\n`]];
  for (const name of BESIDE) if (texts[name] !== null) files.push([join(folder, name), texts[name]]);
  await mkdir(folder, { recursive: true });
  for (const [path, text] of files) await writeWhole(path, text);
  return files.map(([path]) => path);
}

/** Says before hours of work whether `writeEvalFiles` can write there. @throws SqltuneError where it cannot */
export async function checkOutput(output: string): Promise<void> {
  const refuse = (found: string) => {
    throw new SqltuneError(`--output ${output}: ${found}. Name a JSON file, such as results/eval.json.`);
  };
  if ((BESIDE as readonly string[]).includes(basename(output)))
    refuse(`${basename(output)} is written beside the report`);
  if ((await stat(output).catch(() => null))?.isDirectory() || /[/\\]$/.test(output)) refuse("that is a folder");
  for (let folder = dirname(output), below = ""; folder !== below; below = folder, folder = dirname(folder)) {
    const found = await stat(folder).catch(() => null);
    if (found && !found.isDirectory()) refuse(`${folder} is a file, not a folder`);
    if (found) return;
  }
}

/**
 * predictions.jsonl: one answer a line, the detail without its ten components, which the report has, and with the answer's
 * tokens as [text, probability] where they are known.
 */
export function answerLines({ details }: EvalReport, tokens?: HtmlReportExtras["tokens"]): string {
  return details
    .map(({ partial: _, error, ...detail }) => {
      const miss = { error_kind: error?.kind ?? null, error_detail: error?.detail ?? null };
      const written = tokens
        ?.get(detail.index)
        ?.map(({ text, probability }) => [text, Math.round(probability * 10_000) / 10_000]);
      return `${JSON.stringify({ ...detail, ...miss, ...(written ? { tokens: written } : {}) })}\n`;
    })
    .join("");
}

/** predictions.sql: one query a line. gold.sql: `SQL<tab>db_id`, in the same order. Null without every row's database. */
export function officialFiles({ details }: EvalReport): Record<"predictions.sql" | "gold.sql", string | null> {
  if (details.length === 0 || details.some(({ db_id }) => db_id === null)) {
    return { "predictions.sql": null, "gold.sql": null };
  }
  return {
    "predictions.sql": details.map(({ predicted }) => `${oneLineSql(predicted) || NO_ANSWER}\n`).join(""),
    "gold.sql": details.map(({ gold, db_id }) => goldLine(gold, db_id)).join(""),
  };
}

async function writeWhole(path: string, text: string): Promise<void> {
  const temporary = `${path}.${randomUUID().slice(0, 8)}.tmp`;
  try {
    await writeFile(temporary, text, { flag: "wx" });
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}
