import { readFile } from "node:fs/promises";
import type { EvalEvent, RunEvent } from "../observe/events.js";
import type { RunFolderPaths } from "../train/index.js";
import type { StoredStatus } from "./run-standing.js";
import type { RunSummary } from "./types.js";

/** A JSON file of a run; null where there is none, and a problem where it cannot be read. */
export async function readJsonFile<T>(path: string, problems: string[] = []): Promise<T | null> {
  try {
    return JSON.parse(await readFile(path, "utf8")) as T;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") problems.push(`${path}: ${(error as Error).message}`);
    return null;
  }
}

/** status.json; null where the folder holds no run, or one that cannot be read. */
export function readStatus(folder: Pick<RunFolderPaths, "statusFile">, problems?: string[]) {
  return readJsonFile<StoredStatus>(folder.statusFile, problems);
}

/** metrics.jsonl line by line, the ones that are not whole left out; empty where there is none. */
export async function readEventLines(path: string): Promise<{ line: string; event: RunEvent }[]> {
  const text = await readFile(path, "utf8").catch(() => "");
  return text.split("\n").flatMap(parseEventLine);
}

export function parseEventLine(line: string): { line: string; event: RunEvent }[] {
  try {
    return line === "" ? [] : [{ line, event: JSON.parse(line) as RunEvent }];
  } catch {
    return [];
  }
}

/** The last training loss, the last evaluation and the best one by `metric` (of equals the earlier). */
export function standOf(
  events: readonly RunEvent[],
  metric: string,
): Pick<RunSummary, "loss" | "best"> & { lastEval: EvalEvent | null } {
  let loss: number | null = null;
  let best: RunSummary["best"] = null;
  let lastEval: EvalEvent | null = null;
  for (const event of events) {
    if (event.event === "train") loss = event.loss;
    if (event.event !== "eval") continue;
    lastEval = event;
    const value = (event as unknown as Record<string, unknown>)[metric];
    if (typeof value !== "number") continue;
    if (best === null || (metric === "eval_loss" ? value < best.value : value > best.value)) {
      best = { step: event.step, metric, value };
    }
  }
  return { loss, best, lastEval };
}

/** What of run.json is read here. */
export interface StoredRun {
  config?: { training?: { metric_for_best_model?: string } } & Record<string, unknown>;
  versions?: Record<string, string>;
}

export function metricOf(run: StoredRun | null): string {
  return run?.config?.training?.metric_for_best_model ?? "eval_loss";
}
