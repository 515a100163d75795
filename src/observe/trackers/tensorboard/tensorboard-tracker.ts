import { type FileHandle, mkdir, open, readdir, rm } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import { eventMetrics, flatConfig } from "../event-metrics.js";
import { answersMarkdown, readSampleAnswers } from "../sample-answers.js";
import type { TimedEvent, TrackedRun, Tracker } from "../tracker.js";
import {
  hparamsEndEvent,
  hparamsStartEvent,
  scalarsEvent,
  sessionStartEvent,
  textEvent,
  versionEvent,
} from "./event-file.js";

/**
 * Writes RUN/tensorboard/events.out.tfevents.*, which `tensorboard --logdir RUN` (or the folder of several runs) shows:
 * scalars, the config and sample predictions as text, and the hyperparameters. A resumed run goes on in a new file.
 */
export function createTensorboardTracker(run: TrackedRun): Tracker {
  const folder = join(run.folder, "tensorboard");
  let file: FileHandle | null = null;

  const start = async (time: number): Promise<FileHandle> => {
    await mkdir(folder, { recursive: true });
    if (run.step === 0) await removeEventFiles(folder);
    const seconds = time / 1000;
    // TensorBoard reads the files of a folder in the order of their names: the time comes first.
    const name = `events.out.tfevents.${Math.floor(seconds)}.${hostname()}.${process.pid}.0`;
    file = await open(join(folder, name), "a");
    const head = { wallTime: seconds, step: run.step };
    const records = [versionEvent(seconds), sessionStartEvent({ ...head, step: run.step + 1 })];
    if (run.step === 0) {
      const values = flatConfig(run.config);
      const text = `\`\`\`json\n${JSON.stringify({ config: run.config, versions: run.versions }, null, 2)}\n\`\`\``;
      records.push(hparamsStartEvent(head, { values, groupName: run.name, startSeconds: seconds }));
      records.push(textEvent(head, "config", text));
    }
    await file.appendFile(Buffer.concat(records));
    return file;
  };

  const recordsOf = async ({ event, time }: TimedEvent): Promise<Buffer[]> => {
    const told = eventMetrics(event);
    if (told === null) return [];
    const head = { wallTime: time / 1000, step: told.step };
    const records = [scalarsEvent(head, told.metrics)];
    if (event.event === "eval" && event.questions !== undefined) {
      const answers = await readSampleAnswers(run.answersFile(event.step));
      if (answers.length > 0) records.push(textEvent(head, "predictions", answersMarkdown(answers)));
    }
    return records;
  };

  return {
    name: "tensorboard",
    note: `tensorboard: see this run with tensorboard --logdir ${folder}`,
    retries: false,
    write: async (events) => {
      const target = file ?? (await start(events[0]!.time));
      const records: Buffer[] = [];
      for (const event of events) records.push(...(await recordsOf(event)));
      if (records.length > 0) await target.appendFile(Buffer.concat(records));
    },
    close: async (outcome) => {
      if (file === null) return;
      const wallTime = Date.now() / 1000;
      await file.appendFile(hparamsEndEvent({ wallTime, step: 0 }, outcome === "done" ? 1 : 2, wallTime));
      await file.close();
      file = null;
    },
  };
}

/** What an earlier run in the same folder left; a run that begins anew takes its place. */
async function removeEventFiles(folder: string): Promise<void> {
  const files = (await readdir(folder)).filter((name) => name.startsWith("events.out.tfevents."));
  for (const name of files) await rm(join(folder, name), { force: true });
}
