import { createHash, randomBytes } from "node:crypto";
import { type FileHandle, mkdir, open, readdir, rm, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { dirname, join } from "node:path";
import { writeFileAtomic } from "../../atomic-file.js";
import { eventMetrics } from "../event-metrics.js";
import { readKept } from "../kept-file.js";
import { ANSWER_COLUMNS, readSampleAnswers } from "../sample-answers.js";
import type { RunOutcome, TimedEvent, TrackedRun, Tracker } from "../tracker.js";
import { exitRecord, fileRecord, headerRecord, historyRecord, runRecord, summaryRecord } from "./records.js";
import { logHeader, logRecord } from "./transaction-log.js";

/** What the sessions of one run share: W&B's id of it, and the last step of its history. */
interface Kept {
  id: string;
  step: number;
}

const EXIT_CODES: Record<RunOutcome, number> = { done: 0, failed: 1, interrupted: 130 };

/**
 * Writes what W&B's own client writes when it is offline, RUN/wandb/offline-run-TIME-ID: no key and no network are needed.
 * `wandb sync RUN/wandb/offline-run-*` uploads it. A resumed run goes on under the same id in a folder of its own; the steps
 * that it does again are not told twice. WANDB_PROJECT, WANDB_ENTITY, WANDB_NAME, WANDB_RUN_GROUP, WANDB_NOTES and
 * WANDB_TAGS mean what they mean to W&B's client.
 */
export function createWandbTracker(run: TrackedRun, env: NodeJS.ProcessEnv = process.env): Tracker {
  const root = join(run.folder, "wandb");
  const keptFile = join(root, "run.json");
  let log: { file: FileHandle; folder: string; position: number; records: number } | null = null;
  let kept: Kept = { id: "", step: -1 };
  let started = 0;
  let row: { step: number; values: Record<string, unknown> } | null = null;

  const append = async (make: (number: number) => Uint8Array): Promise<void> => {
    const bytes = logRecord(make(log!.records + 1), log!.position);
    await log!.file.appendFile(bytes);
    log!.position += bytes.length;
    log!.records++;
  };

  const start = async (time: number): Promise<void> => {
    started = time;
    const before = run.step > 0 ? await readKept<Kept>(keptFile) : null;
    if (before === null) await removeRuns(root);
    kept = before ?? { id: newId(), step: -1 };
    const folder = join(root, `offline-run-${localTime(new Date(time))}-${kept.id}`);
    await mkdir(join(folder, "files"), { recursive: true });
    const file = await open(join(folder, `run-${kept.id}.wandb`), "wx");
    log = { file, folder, position: 0, records: 0 };
    await file.appendFile(logHeader());
    log.position = logHeader().length;
    await append((number) => headerRecord(number, "sqltune"));
    await append((number) =>
      runRecord(number, {
        id: kept.id,
        project: env.WANDB_PROJECT || run.project,
        entity: env.WANDB_ENTITY,
        displayName: env.WANDB_NAME || run.name,
        group: env.WANDB_RUN_GROUP,
        notes: env.WANDB_NOTES,
        tags: (env.WANDB_TAGS ?? "").split(",").filter((tag) => tag !== ""),
        host: hostname(),
        config: { ...run.config, versions: run.versions },
        startTime: time,
        resumed: before !== null,
      }),
    );
  };

  /** W&B has one row a step: what a train and an eval event say of the same step stands in one. */
  const finishRow = async (): Promise<void> => {
    if (row === null) return;
    const { step, values } = row;
    row = null;
    await append((number) => summaryRecord(number, values));
    await append((number) => historyRecord(number, step, values));
    kept = { ...kept, step };
    await writeFileAtomic(keptFile, `${JSON.stringify(kept)}\n`);
  };

  const tell = async ({ event, time }: TimedEvent): Promise<void> => {
    const told = eventMetrics(event);
    if (told === null || told.step <= kept.step) return;
    if (row !== null && row.step !== told.step) await finishRow();
    row ??= { step: told.step, values: {} };
    Object.assign(row.values, told.metrics, {
      _step: told.step,
      _timestamp: time / 1000,
      _runtime: (time - started) / 1000,
    });
    if (event.event === "eval" && event.questions !== undefined) {
      const table = await writeTable(log!.folder, run.answersFile(event.step), event.step);
      if (table === null) return;
      await append((number) => fileRecord(number, table.path));
      row.values["eval/predictions"] = table;
    }
  };

  return {
    name: "wandb",
    note: `wandb: written for a later upload: wandb sync ${join(root, "offline-run-*")}`,
    retries: false,
    write: async (events) => {
      if (log === null) await start(events[0]!.time);
      for (const event of events) await tell(event);
    },
    close: async (outcome) => {
      if (log === null) return;
      await finishRow();
      await append((number) => exitRecord(number, EXIT_CODES[outcome], (Date.now() - started) / 1000));
      await log.file.close();
    },
  };
}

/** Writes sample predictions as a table of W&B; null where there are none. */
async function writeTable(folder: string, answersFile: string, step: number) {
  const answers = await readSampleAnswers(answersFile, 200);
  if (answers.length === 0) return null;
  const data = answers.map((answer) => ANSWER_COLUMNS.map((column) => answer[column]));
  const text = JSON.stringify({ columns: ANSWER_COLUMNS, data });
  const sha256 = createHash("sha256").update(text).digest("hex");
  const path = `media/table/eval/predictions_${step}_${sha256.slice(0, 20)}.table.json`;
  const file = join(folder, "files", path);
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, text);
  const size = Buffer.byteLength(text);
  return { _type: "table-file", path, sha256, size, ncols: ANSWER_COLUMNS.length, nrows: data.length };
}

/** What an earlier run in the same folder left; a run that begins anew takes its place. */
async function removeRuns(root: string): Promise<void> {
  await mkdir(root, { recursive: true });
  const names = (await readdir(root)).filter((name) => name.startsWith("offline-run-") || name === "run.json");
  for (const name of names) await rm(join(root, name), { recursive: true, force: true });
}

/** Eight characters, as W&B's client makes them. */
function newId(): string {
  return Array.from(randomBytes(8), (byte) => (byte % 36).toString(36)).join("");
}

/** 20260131_235959, local time. */
function localTime(time: Date): string {
  const pad = (value: number) => String(value).padStart(2, "0");
  const day = `${time.getFullYear()}${pad(time.getMonth() + 1)}${pad(time.getDate())}`;
  return `${day}_${pad(time.getHours())}${pad(time.getMinutes())}${pad(time.getSeconds())}`;
}
