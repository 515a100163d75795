import type { Calibration } from "../adapter/index.js";
import type { AnswerSettings } from "./answer-settings.js";
import { calibratedConfidence } from "./calibration.js";
import type { Candidate } from "./candidate.js";
import type { CandidateRuns } from "./candidate-runs.js";
import { type RankedCandidate, rankCandidates } from "./choose-candidate.js";
import type { Alternative, Answer } from "./engine-types.js";
import { repairAnswer } from "./repair-answer.js";

export interface Unsettled {
  candidates: readonly Candidate[];
  settings: Pick<AnswerSettings, "select" | "repair" | "abstainBelow" | "check">;
  /** Null without a database. */
  runs: CandidateRuns | null;
  /** The chosen SQL is run whatever the settings say. */
  alwaysRun: boolean;
  calibration: Calibration | null;
  /** The model's answer to a question about SQL that failed; null where it cannot be asked. */
  askAgain(sql: string, error: string): Promise<Candidate | null>;
}

/** What an answer is, apart from its prompt and the time it took. */
export type SettledAnswer = Omit<Answer, "promptTokens" | "cachedTokens" | "timings">;

/** Chooses among the candidates, runs the chosen one, has it repaired, and says how far it can be trusted. */
export async function settleAnswer(options: Unsettled): Promise<SettledAnswer> {
  const { candidates, settings, runs, calibration, askAgain } = options;
  const { select, repair, abstainBelow } = settings;
  const ranked: RankedCandidate[] = select
    ? await rankCandidates(candidates, select.by, runs)
    : candidates.map((candidate) => ({ candidate, votes: null }));
  const [best, ...others] = ranked as [RankedCandidate, ...RankedCandidate[]];
  // Whether an answer runs says much of whether it is right, so that what abstains by a calibration wants to know.
  const wanted = options.alwaysRun || settings.check || repair > 0 || (abstainBelow !== null && calibration !== null);
  const known = select && select.by !== "logprob";
  const run = runs && (wanted || known) ? await runs.run(best.candidate.sql) : null;
  const repaired =
    runs && run && repair > 0
      ? await repairAnswer({ candidate: best.candidate, run }, repair, runs, askAgain)
      : { candidate: best.candidate, run, rounds: 0 };
  const { candidate, run: last } = repaired;
  const mended = candidate !== best.candidate;
  const executable = last?.executable ?? null;
  const evidence = { logProbability: candidate.logProbability, executable };
  const calibrated = calibration && calibratedConfidence(calibration, evidence);
  const alternatives = (mended ? ranked : others).filter((one) => one.candidate.sql !== candidate.sql);
  return {
    ...{ sql: candidate.sql, text: candidate.text, confidence: candidate.confidence },
    calibratedConfidence: calibrated,
    abstained: abstainBelow !== null && (calibrated ?? candidate.confidence) < abstainBelow,
    ...{ executable, executionError: last?.error ?? null },
    alternatives: alternatives.map((one) => alternative(one, runs)),
    votes: mended ? null : best.votes,
    repairs: repaired.rounds,
    ...{ tokens: candidate.tokens, probabilities: candidate.probabilities },
    finishReason: candidate.finishReason,
    truncated: candidate.finishReason === "length",
  };
}

function alternative(
  { candidate: { sql, confidence }, votes }: RankedCandidate,
  runs: CandidateRuns | null,
): Alternative {
  const executable = runs?.finished(sql)?.executable ?? null;
  return { sql, confidence, executable, ...(votes === null ? {} : { votes }) };
}
