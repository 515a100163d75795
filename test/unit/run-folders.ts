import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { RunEvent } from "../../src/observe/events.js";
import { openMetricsFile } from "../../src/observe/metrics-file.js";
import { openStatusFile, type RunState, type StatusFile } from "../../src/observe/status-file.js";

export interface WrittenRun {
  steps?: number;
  /** Steps done; default all. */
  step?: number;
  learningRate?: number;
  /** "training" leaves its status file open: it runs, as long as this process does. */
  state?: RunState;
  error?: string;
  /** Rows of evaluations/step-N.jsonl by step. */
  answers?: Record<number, object[]>;
}

/** A run folder by the writers of src/observe, as a training leaves it. */
export async function writeRun(folder: string, run: WrittenRun = {}): Promise<StatusFile> {
  const { steps = 40, step = steps, learningRate = 1e-3, state = "done", error, answers = {} } = run;
  await mkdir(join(folder, "evaluations"), { recursive: true });
  const status = await openStatusFile(join(folder, "status.json"));
  const metrics = openMetricsFile(join(folder, "metrics.jsonl"));
  for (const event of eventsOf(step, steps, learningRate)) metrics.onEvent(event);
  metrics.close();
  const config = {
    project: { name: "shop", seed: 42, output_dir: folder },
    model: { name: "smollm2-135m" },
    lora: { r: 16, target_modules: "all-linear" },
    data: { dataset_name: "sample", path: null },
    training: { learning_rate: learningRate, metric_for_best_model: "ex", warmup_ratio: 0.03 },
    evaluation: { generate: { samples: 3, metrics: ["em", "ex"] } },
  };
  await writeFile(join(folder, "run.json"), JSON.stringify({ config, versions: { sqltune: "0.1.0" } }));
  for (const [at, rows] of Object.entries(answers)) {
    const lines = rows.map((row) => `${JSON.stringify(row)}\n`).join("");
    await writeFile(join(folder, "evaluations", `step-${at}.jsonl`), lines);
  }
  status.update({ state: "training", steps, step });
  if (state === "training") return status;
  await status.close({ state, ...(error === undefined ? {} : { error }) });
  return status;
}

/** Losses that fall, an evaluation at every tenth step. */
export function eventsOf(step: number, steps: number, learningRate: number): RunEvent[] {
  const events: RunEvent[] = [
    { event: "note", message: "smollm2-135m on cpu" },
    { event: "start", step: 0, steps, rows: 2100, dropped: 0 },
  ];
  for (let at = 2; at <= step; at += 2) {
    const loss = 0.2 + 1.2 * Math.exp(-at / 12) + 0.03 * Math.sin(at);
    events.push({
      ...{ event: "train", step: at, epoch: at / steps, loss, lr: learningRate * (1 - at / steps / 2) },
      ...{ grad_norm: 0.9 / Math.sqrt(at), tokens: 13_000, tokens_per_s: 800 + 10 * Math.cos(at) },
    });
    if (at % 10 !== 0) continue;
    events.push({
      ...{ event: "eval", step: at, eval_loss: loss + 0.05, perplexity: Math.exp(loss + 0.05), token_accuracy: 0.9 },
      ...{ em: at / 100, ex: at / 80, questions: 3 },
    });
    events.push({ event: "checkpoint", step: at, path: `checkpoints/checkpoint-${at}` });
  }
  if (step === steps) events.push({ event: "end", step, reason: "done", seconds: 61.5 });
  return events;
}

/** The same three questions after two evaluations: one learnt, one lost, one never run. */
export const ANSWERS: Record<number, object[]> = {
  10: [
    answer(0, "SELECT nme FROM item", {
      ex: false,
      em: false,
      failure: { kind: "error", error: "no such column: nme" },
    }),
    answer(1, "SELECT count(*) FROM item", { ex: true, em: true }),
    answer(2, "SELECT 1", { ex: null, em: null }),
  ],
  40: [
    answer(0, "SELECT name FROM item", { ex: true, em: true }),
    answer(1, "SELECT sum(price) FROM item", { ex: false, em: false, error_kind: "wrong_aggregate" }),
    answer(2, "SELECT 2", { ex: null, em: null }),
  ],
};

function answer(at: number, predicted: string, verdicts: object): object {
  const questions = ["Names of all items", "How many items are there?", "Nobody knows"];
  const golds = ["SELECT name FROM item", "SELECT count(*) FROM item", "SELECT 3"];
  return { id: `dev.json:${at}`, question: questions[at], db_id: "shop", gold: golds[at], predicted, ...verdicts };
}
