import { basename, join } from "node:path";
import { type ConfigInput, resolveConfig } from "../config/index.js";
import { SqltuneError } from "../errors.js";
import { openStatusFile, type StatusFile } from "../observe/status-file.js";
import type { RunOutcome } from "../observe/trackers/tracker.js";
import { writeAdapter } from "./adapter-writer.js";
import { createAnswerEngine, createAnswerEvaluation } from "./answer-evaluation.js";
import { explainFullDisk } from "./atomic-folder.js";
import { OPTIMIZER_FILE, pruneCheckpoints, saveCheckpoint } from "./checkpoint.js";
import { packEvaluation } from "./evaluate-loss.js";
import { finish } from "./finish.js";
import { type LoopEnd, runLoop } from "./loop.js";
import { type TrainReport, timesOf } from "./report.js";
import { createRunEvents } from "./run-events.js";
import { openRunFolder } from "./run-folder.js";
import { type ReadyRun, setUp } from "./set-up.js";
import type { TrainJob, TrainOptions } from "./train-job.js";

const INTERRUPTED = "ERR_SQLTUNE_INTERRUPTED";

/**
 * Fine-tunes a model as the config says: set up, train, evaluate, save, prove. Everything it writes stands in
 * project.output_dir; the adapter in its final_model.
 * @throws SqltuneError for bad input, a used or locked run folder, losses that are not finite, a full disk, and when
 *   `signal` stopped it (code ERR_SQLTUNE_INTERRUPTED).
 */
export async function train(input: ConfigInput, options: TrainOptions = {}): Promise<TrainReport> {
  const config = resolveConfig(input);
  const { resume = false, overwrite = false } = options;
  if (resume && overwrite) throw new SqltuneError("resume and overwrite were both asked for: take one of them.");
  const folder = await openRunFolder(config.project.output_dir, { resume: Boolean(resume), overwrite });
  const events = createRunEvents(options.onEvent);
  let status: StatusFile | null = null;
  let outcome: RunOutcome = "failed";
  const sayStopping = () => status?.update({ stopping: true });
  options.signal?.addEventListener("abort", sayStopping, { once: true });
  try {
    status = await openStatusFile(folder.statusFile);
    const report = await runTraining({ config, options, folder, status, events, started: performance.now() });
    outcome = "done";
    await status.close({ state: "done" });
    return report;
  } catch (error) {
    const explained = await explainFullDisk(explainAbort(error, options.signal), folder.path);
    outcome = (explained as SqltuneError).details?.code === INTERRUPTED ? "interrupted" : "failed";
    await status?.close({ state: outcome, error: (explained as Error).message });
    throw explained;
  } finally {
    options.signal?.removeEventListener("abort", sayStopping);
    try {
      await events.close(outcome);
    } finally {
      await folder.close();
    }
  }
}

async function runTraining(job: TrainJob): Promise<TrainReport> {
  const run = await setUp(job);
  try {
    const end = await trainModel(job, run);
    if (end === "interrupted") throw await interruption(job, run);
    return await finish(job, run, end);
  } finally {
    run.model.dispose();
  }
}

async function trainModel(job: TrainJob, run: ReadyRun): Promise<LoopEnd> {
  const { config, folder, status, events } = job;
  const { model, state, planning, data } = run;
  const { training } = config;
  const signal = job.options.signal ?? new AbortController().signal;
  const abort = model.addon.createAbort();
  const stop = () => abort.abort();
  signal.addEventListener("abort", stop, { once: true });
  events.emit({
    event: "start",
    step: state.step,
    steps: planning.steps,
    rows: data.train.length,
    dropped: data.dropped.length,
  });
  status.update({ step: state.step, steps: planning.steps });
  try {
    const answers =
      run.generation &&
      createAnswerEvaluation({
        plan: run.generation,
        engine: await createAnswerEngine(config, model),
        dataset: run.dataset,
        folder,
        signal,
        warn: (message) => events.emit({ event: "warning", message }),
      });
    return await runLoop({
      native: model.native,
      state,
      steps: planning.steps,
      sampler: planning.sampler,
      encodeGroup: data.encodeGroup,
      limit: planning.trainLimit,
      evaluation: packEvaluation(data.validation, planning.evalLimit),
      answers,
      learningRate: planning.learningRate,
      seed: config.project.seed,
      loggingSteps: training.logging_steps,
      evalSteps: training.eval_steps,
      saveSteps: training.save_steps,
      best: {
        metric: training.metric_for_best_model,
        patience: training.early_stopping_patience,
        threshold: training.early_stopping_threshold,
      },
      save: async (isBest) => {
        status.update({ state: "saving" });
        const { path } = await saveCheckpoint(folder, state, async (temporary) => {
          await writeAdapter(temporary, model.native, run.identity, { ...state, evaluation: state.last_eval });
          await model.native.saveOptimizer(join(temporary, OPTIMIZER_FILE));
        });
        if (isBest) await folder.writeName("best", basename(path));
        await pruneCheckpoints(folder, { limit: training.save_total_limit, saveSteps: training.save_steps });
        events.emit({ event: "checkpoint", step: state.step, path });
      },
      emit: (event) => {
        if (event.event === "progress") status.update({ step: event.step });
        events.emit(event);
      },
      onPhase: (phase) => status.update({ state: phase }),
      abort,
      signal,
    });
  } finally {
    signal.removeEventListener("abort", stop);
  }
}

async function interruption({ folder, events, started }: TrainJob, { state }: ReadyRun): Promise<SqltuneError> {
  const last = await folder.readName("last");
  const message =
    last === null
      ? "Interrupted before the first step was whole: there is nothing to save."
      : `Interrupted. ${join(folder.checkpoints, last)} is saved; go on with the same command and --resume.`;
  events.emit({ event: "note", message });
  const seconds = (performance.now() - started) / 1000;
  events.emit({ event: "end", step: state.step, reason: "interrupted", seconds, ...timesOf(state.total) });
  return new SqltuneError(message, { code: INTERRUPTED, exitCode: 130 });
}

/** An abort during set-up arrives as the signal's reason. */
function explainAbort(error: unknown, signal: AbortSignal | undefined): unknown {
  const aborted =
    signal?.aborted && (error === signal.reason || (error as { code?: string }).code === "ERR_SQLTUNE_ABORTED");
  if (!aborted) return error;
  return new SqltuneError("Interrupted before the first step: there is nothing to save.", {
    code: INTERRUPTED,
    exitCode: 130,
    cause: error,
  });
}
