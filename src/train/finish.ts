import { join } from "node:path";
import { ADAPTER_WEIGHTS } from "../adapter/index.js";
import { SqltuneError } from "../errors.js";
import { loadModel } from "../model/index.js";
import { writeFileAtomic } from "../observe/atomic-file.js";
import type { EvalEvent } from "../observe/events.js";
import { writeAdapter } from "./adapter-writer.js";
import { calibrate } from "./calibrate.js";
import { loadOptions } from "./load-options.js";
import type { LoopEnd } from "./loop.js";
import { type Proof, recordProof } from "./proof.js";
import { collectVersions, type TrainReport, timesOf } from "./report.js";
import type { ReadyRun } from "./set-up.js";
import type { TrainJob } from "./train-job.js";

/** Takes the best weights, writes final_model, reads it back, and reports. */
export async function finish(
  job: TrainJob,
  run: ReadyRun,
  reason: Exclude<LoopEnd, "interrupted">,
): Promise<TrainReport> {
  const { config, folder, status, events } = job;
  const { model, state, data } = run;
  status.update({ state: "saving" });
  const evaluation = await takeBestWeights(job, run);
  const step = evaluation?.step ?? state.step;
  const { calibration, seconds: calibrateSeconds } = await calibrate(job, run);
  status.update({ state: "saving" });
  await writeAdapter(folder.finalModel, model.native, run.identity, { ...state, step, evaluation, calibration });

  status.update({ state: "proving" });
  const peak = model.addon.peakMemory();
  const parameters = model.parameterCount + run.sites.trainableParameters;
  const versions = collectVersions(model.addon.info());
  const compare = await recordProof(model, data.validation.length > 0 ? data.validation : data.train);
  model.dispose();
  const fresh = await loadModel(config.model.name, { ...loadOptions(config), adapter: folder.finalModel });
  const proof = await compare(fresh).finally(() => fresh.dispose());

  const seconds = (performance.now() - job.started) / 1000;
  const report: TrainReport = {
    reason,
    output_dir: folder.path,
    final_model: folder.finalModel,
    final_step: step,
    step: state.step,
    steps: run.planning.steps,
    epoch: state.epoch,
    rows: { train: data.train.length, validation: data.validation.length, test: run.dataset.test.length },
    dropped: data.dropped,
    last_eval: state.last_eval,
    best_eval: state.best,
    skipped_steps: state.total.skipped,
    parameters,
    trainable_parameters: run.sites.trainableParameters,
    tokens: state.total.tokens,
    tokens_per_s: state.total.seconds > 0 ? state.total.tokens / state.total.seconds : null,
    seconds,
    ...timesOf(state.total),
    calibrate_seconds: calibrateSeconds,
    calibration,
    peak_memory: peak,
    proof,
    versions,
  };
  await writeFileAtomic(folder.reportFile, `${JSON.stringify(report, null, 2)}\n`, { durable: true });
  if (!proof.passed) throw failedProof(folder.finalModel, proof);
  events.emit({ event: "end", step: state.step, reason, seconds, ...timesOf(state.total) });
  return report;
}

/** The evaluation of the weights that the model carries afterwards; null when there was none. */
async function takeBestWeights(
  { config, folder, events }: TrainJob,
  { model, state }: ReadyRun,
): Promise<EvalEvent | null> {
  const last = state.last_eval?.step === state.step ? state.last_eval : null;
  if (!config.training.load_best_model_at_end || state.best === null || state.best.step === state.step) return last;
  const name = await folder.readName("best");
  if (name !== `checkpoint-${state.best.step}`) return last;
  await model.native.loadLora(join(folder.checkpoints, name, ADAPTER_WEIGHTS));
  events.emit({ event: "note", message: `final_model takes the best weights, those of ${name}` });
  return state.best;
}

function failedProof(path: string, proof: Proof): SqltuneError {
  const parted = proof.rows.filter((row) => row.trained !== row.readBack).map((row) => row.id);
  return new SqltuneError(
    `The adapter read back from ${path} answers otherwise than the trained model did (rows: ${parted.join(", ")}). ` +
      "Do not use it: the file or the memory is damaged, or this is a bug worth reporting. report.json has both answers.",
    { code: "ERR_SQLTUNE_PROOF" },
  );
}
