import { join } from "node:path";
import { writeFileAtomic } from "../../atomic-file.js";
import { eventMetrics, flatConfig } from "../event-metrics.js";
import { readKept } from "../kept-file.js";
import { answersMarkdown, readSampleAnswers } from "../sample-answers.js";
import type { RunOutcome, TimedEvent, TrackedRun, Tracker } from "../tracker.js";
import { createMlflowClient, type MlflowClient, type MlflowMetric, type MlflowRun } from "./rest-client.js";

/** Where `mlflow server` listens. */
const DEFAULT_URI = "http://127.0.0.1:5000";
/** MLflow's limits of one log-batch, and of a parameter's text. */
const MOST_METRICS = 1000;
const MOST_PARAMS = 100;
const LONGEST_PARAM = 6000;

const STATUS = { done: "FINISHED", failed: "FAILED", interrupted: "KILLED" } as const;

/** What the sessions of one run share: MLflow's id of it, where it is, and the last step told. */
interface Kept {
  uri: string;
  run_id: string;
  step: number;
}

/**
 * Tells an MLflow server (MLFLOW_TRACKING_URI, http or https; default where `mlflow server` listens) over its REST API:
 * parameters, metrics, and sample predictions as artifacts. The experiment is MLFLOW_EXPERIMENT_NAME, else the project's
 * name. RUN/mlflow/run.json keeps the id, so that a resumed run goes on as the same one.
 */
export function createMlflowTracker(run: TrackedRun, env: NodeJS.ProcessEnv = process.env): Tracker {
  const uri = env.MLFLOW_TRACKING_URI || DEFAULT_URI;
  const keptFile = join(run.folder, "mlflow", "run.json");
  let told: (MlflowRun & { step: number }) | null = null;
  let paramsTold = false;

  const keep = async (current: MlflowRun & { step: number }): Promise<void> => {
    told = current;
    const kept: Kept = { uri, run_id: current.runId, step: current.step };
    await writeFileAtomic(keptFile, `${JSON.stringify(kept)}\n`);
  };

  const start = async (client: MlflowClient, time: number): Promise<MlflowRun & { step: number }> => {
    const before = run.step > 0 ? await readKept<Kept>(keptFile) : null;
    if (before?.uri === uri) {
      paramsTold = true;
      await client.updateRun(before.run_id, { status: "RUNNING" });
      return { ...(await client.getRun(before.run_id)), step: before.step };
    }
    const experimentId = await client.experiment(env.MLFLOW_EXPERIMENT_NAME || run.project);
    const tags = [
      { key: "mlflow.source.name", value: "sqltune train" },
      ...entries({ ...run.versions, folder: run.folder }),
    ];
    const made = { ...(await client.createRun({ experimentId, name: run.name, startTime: time, tags })), step: -1 };
    // Kept before anything else can fail: another attempt goes on with this run and makes no second one.
    await keep(made);
    return made;
  };

  const tellParams = async (client: MlflowClient, { runId }: MlflowRun): Promise<void> => {
    const params = entries(flatConfig(run.config)).map(({ key, value }) => ({
      key,
      value: value.slice(0, LONGEST_PARAM),
    }));
    for (let i = 0; i < params.length; i += MOST_PARAMS) {
      await client.logBatch(runId, { params: params.slice(i, i + MOST_PARAMS) });
    }
    paramsTold = true;
  };

  const write = async (events: readonly TimedEvent[], client: MlflowClient): Promise<void> => {
    const current = told ?? (await start(client, events[0]!.time));
    told = current;
    if (!paramsTold) await tellParams(client, current);
    const metrics: MlflowMetric[] = [];
    let step = current.step;
    for (const { event, time } of events) {
      const numbers = eventMetrics(event);
      // A resumed run does some steps again; a train and an eval event may be of the same step.
      if (numbers === null || numbers.step <= current.step) continue;
      step = numbers.step;
      for (const [key, value] of Object.entries(numbers.metrics)) metrics.push({ key, value, timestamp: time, step });
    }
    for (let i = 0; i < metrics.length; i += MOST_METRICS) {
      await client.logBatch(current.runId, { metrics: metrics.slice(i, i + MOST_METRICS) });
    }
    // Of a step whose eval event may still come only what is whole is left behind. Before the answers: a server that takes
    // numbers but no files is not told the numbers again.
    await keep({ ...current, step: Math.max(current.step, step - 1) });
    for (const { event } of events) {
      if (event.event !== "eval" || event.questions === undefined) continue;
      const answers = await readSampleAnswers(run.answersFile(event.step), 200);
      if (answers.length === 0) continue;
      await client.putArtifact(current.artifactUri, `predictions/step-${event.step}.md`, answersMarkdown(answers));
    }
  };

  return {
    name: "mlflow",
    note: `mlflow: told to ${uri}`,
    retries: true,
    write: async (events, signal) => {
      checkUri(uri);
      await write(events, createMlflowClient(uri, env, signal));
    },
    close: async (outcome: RunOutcome, signal) => {
      if (told === null) return;
      await createMlflowClient(uri, env, signal).updateRun(told.runId, {
        status: STATUS[outcome],
        end_time: Date.now(),
      });
    },
  };
}

function checkUri(uri: string): void {
  if (/^https?:\/\//.test(uri)) return;
  throw new Error(
    `MLFLOW_TRACKING_URI is ${uri}, expected http:// or https://. Only an MLflow server is told: ` +
      `start one with \`mlflow server --backend-store-uri ${uri}\` and set MLFLOW_TRACKING_URI=${DEFAULT_URI}`,
  );
}

function entries(values: object): { key: string; value: string }[] {
  return Object.entries(values).map(([key, value]) => ({ key, value: String(value) }));
}
