import { readFile, stat } from "node:fs/promises";
import { join, relative } from "node:path";
import type { SqltuneFile } from "../adapter/index.js";
import { SqltuneError } from "../errors.js";
import type { EvalDetail, EvalScores } from "../eval/index.js";
import type { RunEvent } from "../observe/events.js";
import { type RunDetails, readRun, readRunEvents } from "../runs/index.js";
import type { RunFacts, TrainReport } from "../train/index.js";

/** An eval.json as a report reads it: what an earlier version did not write is not there. */
export interface ReportedEval {
  /** "base" or "tuned" where its folder is called so, else the path. */
  name: string;
  path: string;
  summary: Partial<EvalScores> & {
    by_hardness?: Record<string, Partial<EvalScores>>;
    by_category?: Record<string, Partial<EvalScores>>;
    mean_confidence?: number | null;
  };
  details: Partial<EvalDetail>[];
}

/** All that a report is made of. What could not be found is null, and the report says so. */
export interface ReportInput {
  run: RunDetails;
  config: Record<string, Record<string, unknown>>;
  /** Null for runs of earlier versions, which did not keep them. */
  facts: RunFacts | null;
  /** "name rank" of each LoRA site. */
  loraModules: string[];
  setting: {
    dataChecksums: Record<string, string>;
    baseName: string;
    baseHash: string;
    exactness: Record<string, unknown>;
  };
  report: TrainReport | null;
  events: RunEvent[];
  sqltune: SqltuneFile | null;
  evals: ReportedEval[];
  /** Answers of the last evaluation while the run trained. */
  lastAnswers: { step: number; answers: Partial<EvalDetail>[] } | null;
}

/**
 * Reads a run folder for a report.
 * @param evals eval.json files, or folders that hold one, besides those in the run folder
 * @throws SqltuneError where the folder holds no run, or one that was not set up.
 */
export async function readReportInput(folder: string, evals: readonly string[] = []): Promise<ReportInput> {
  const run = await readRun(folder);
  const stored = await readJson<{
    config: ReportInput["config"];
    setting: ReportInput["setting"] & { loraModules: string[] };
    facts?: RunFacts;
  }>(join(run.folder, "run.json"));
  if (stored === null) {
    throw new SqltuneError(
      `${run.folder} has no run.json: the run ended before its data and model were ready, so there is nothing to report. ` +
        `${run.reason ?? ""}`,
      { code: "ERR_SQLTUNE_NO_RUN", exitCode: 2 },
    );
  }
  const found = await Promise.all([...run.files.evaluations, ...evals].map((path) => readEval(path, run.folder)));
  const last = run.files.predictions.at(-1);
  const { events } = await readRunEvents(run.folder);
  return {
    run,
    config: stored.config,
    facts: stored.facts ?? null,
    loraModules: stored.setting.loraModules,
    setting: stored.setting,
    report: run.report as TrainReport | null,
    events,
    sqltune: await readJson(join(run.folder, "final_model", "sqltune.json")),
    evals: inOrder(found),
    lastAnswers: last ? { step: last.step, answers: await readLines(last.path) } : null,
  };
}

/** Base before tuned before others. */
function inOrder(evals: readonly ReportedEval[]): ReportedEval[] {
  const rank = ({ name }: ReportedEval) => ["base", "tuned"].indexOf(name) + 1 || 3;
  return [...evals].sort((a, b) => rank(a) - rank(b));
}

async function readEval(given: string, run: string): Promise<ReportedEval> {
  const isFolder = (await stat(given).catch(() => null))?.isDirectory() === true;
  const path = isFolder ? join(given, "eval.json") : given;
  const report = await readJson<Pick<ReportedEval, "summary" | "details">>(path);
  if (report?.summary === undefined || !Array.isArray(report.details)) {
    throw new SqltuneError(`${path} is no report of sqltune eval. Name its eval.json, or the folder that holds it.`, {
      code: "ERR_SQLTUNE_REPORT",
      exitCode: 2,
    });
  }
  const parent = path.split(/[/\\]/).at(-2) ?? "";
  const name =
    parent === "base" || parent === "tuned"
      ? parent
      : relative(run, path).startsWith("..")
        ? path
        : relative(run, path);
  return { name, path, summary: report.summary, details: report.details };
}

async function readJson<T>(path: string): Promise<T | null> {
  try {
    return JSON.parse(await readFile(path, "utf8")) as T;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
    throw new SqltuneError(`${path} cannot be read: ${(error as Error).message}`, { cause: error });
  }
}

async function readLines<T>(path: string): Promise<T[]> {
  const text = await readFile(path, "utf8");
  return text.split("\n").flatMap((line) => (line === "" ? [] : [JSON.parse(line) as T]));
}
