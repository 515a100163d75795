import type { Calibration } from "../adapter/index.js";
import type { Config } from "../config/index.js";
import type { Dataset, Example } from "../data/types.js";
import { type EvalDetail, evaluate, reliability } from "../eval/index.js";
import { calibratedConfidence, fitCalibration, type JudgedAnswer, logProbability } from "../infer/index.js";
import { createAnswerEngine } from "./answer-evaluation.js";
import { chooseQuestions } from "./choose-questions.js";
import { deriveSeed } from "./random.js";
import type { ReadyRun } from "./set-up.js";
import type { TrainJob } from "./train-job.js";

/** Of fewer answers even the share of right ones is uncertain by a tenth. */
const FEWEST = 30;
const FOLDS = 5;
/** Keeps this choice apart from whatever else the project's seed decides. */
const CALIBRATION = 0xca;

/** An answer of the trained model to a held-out question. */
export interface HeldOutAnswer extends JudgedAnswer {
  confidence: number;
  dbId: string | null;
}

/** The validation rows that the finished model is asked; none where nothing can be judged by execution. */
export function calibrationQuestions(
  config: Config,
  dataset: Pick<Dataset, "databases">,
  validation: readonly Example[],
): Example[] {
  const { calibrate } = config.evaluation;
  if (calibrate === null) return [];
  const judged = validation.filter(({ dbId }) => dbId !== null && dataset.databases.has(dbId));
  return chooseQuestions(judged, calibrate, deriveSeed(config.project.seed, CALIBRATION));
}

/** What it will cost; null where nothing is asked. */
export function describeCalibration(questions: readonly Example[], config: Config): string | null {
  if (questions.length === 0) return null;
  const count = questions.length.toLocaleString("en-US");
  if (questions.length < FEWEST) {
    return `calibration: none, for there are ${count} validation questions with a database, and ${FEWEST} are needed`;
  }
  return (
    `calibration: ${count} validation questions are answered after the last step, each up to ` +
    `${config.inference.max_new_tokens} tokens (evaluation.calibrate: null leaves it out)`
  );
}

/**
 * Has the model answer held-out questions and fits how often an answer of a given confidence is right. Weights are not
 * touched. What goes wrong here costs the calibration and not the run.
 * @returns null where there is none, and the seconds it took
 */
export async function calibrate(
  { config, options, status, events }: TrainJob,
  { model, dataset, data }: Pick<ReadyRun, "model" | "dataset" | "data">,
): Promise<{ calibration: Calibration | null; seconds: number }> {
  const questions = calibrationQuestions(config, dataset, data.validationExamples);
  if (questions.length < FEWEST) return { calibration: null, seconds: 0 };
  status.update({ state: "generating" });
  const started = performance.now();
  const secondsSince = () => (performance.now() - started) / 1000;
  try {
    const logProbabilities: number[] = [];
    const { details } = await evaluate({
      engine: await createAnswerEngine(config, model),
      rows: questions,
      schemas: dataset.schemas,
      databases: dataset.databases,
      metrics: ["ex"],
      signal: options.signal,
      onAnswer: ({ probabilities }, index) => {
        logProbabilities[index] = logProbability(probabilities);
      },
    });
    const answers = details.flatMap((detail) => readAnswer(detail, logProbabilities[detail.index]!));
    if (answers.length < FEWEST) {
      const message = `confidence is not calibrated: ${answers.length} of ${details.length} answers could be judged, ${FEWEST} are needed`;
      events.emit({ event: "warning", message });
      return { calibration: null, seconds: secondsSince() };
    }
    const calibration = calibrateAnswers(answers);
    events.emit({ event: "note", message: describe(calibration, secondsSince()) });
    return { calibration, seconds: secondsSince() };
  } catch (error) {
    const reason = options.signal?.aborted ? "it was interrupted" : (error as Error).message;
    events.emit({ event: "warning", message: `confidence is not calibrated: ${reason}` });
    return { calibration: null, seconds: secondsSince() };
  }
}

function readAnswer({ confidence, ex, failure, db_id }: EvalDetail, logProbability: number): HeldOutAnswer[] {
  if (confidence === undefined || ex === null) return [];
  return [{ confidence, logProbability, executable: failure === undefined, right: ex, dbId: db_id }];
}

/** The fit on all answers, and what it is worth on answers that it was not fitted on. */
export function calibrateAnswers(answers: readonly HeldOutAnswer[]): Calibration {
  const folds = foldsOf(answers);
  const unseen = answers.map((answer, i) => {
    const fit = folds.fits[folds.of[i]!]!;
    return { confidence: calibratedConfidence(fit, answer), right: answer.right };
  });
  const measure = (pairs: readonly { confidence: number; right: boolean }[]) => {
    const { ece, brier } = reliability(pairs)!;
    return { ece, brier };
  };
  return {
    ...{ method: "platt", metric: "ex" },
    ...fitCalibration(answers),
    rows: answers.length,
    right: answers.filter(({ right }) => right).length,
    databases: new Set(answers.map(({ dbId }) => dbId)).size,
    before: measure(answers),
    after: measure(unseen),
  };
}

/** Whole databases are left out together, for the model will serve others; rows where there are too few databases. */
function foldsOf(answers: readonly HeldOutAnswer[]) {
  const databases = [...new Set(answers.map(({ dbId }) => dbId ?? ""))].sort();
  const whole = databases.length >= FOLDS;
  const of = answers.map(({ dbId }, i) => (whole ? databases.indexOf(dbId ?? "") : i) % FOLDS);
  const fits = Array.from({ length: FOLDS }, (_, fold) => fitCalibration(answers.filter((_, i) => of[i] !== fold)));
  return { of, fits };
}

function describe({ rows, right, databases, before, after }: Calibration, seconds: number): string {
  const percent = (share: number) => `${(100 * share).toFixed(1)} %`;
  return (
    `confidence calibrated on ${rows} held-out answers of ${databases} databases, ${right} of them right, in ` +
    `${seconds.toFixed(1)} s: expected calibration error ${percent(before.ece)} before, ${percent(after.ece)} after (cross-validated)`
  );
}
