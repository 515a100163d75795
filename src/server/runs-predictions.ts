import { readFile } from "node:fs/promises";
import type { RunDetails } from "../runs/index.js";
import type { Predictions, SampledQuestion, StepAnswer } from "./runs-types.js";

/** More are no samples any more; the files have them all. */
const MOST_QUESTIONS = 200;

/** The same questions at every evaluation of a run, with what the model made of them as it learnt. */
export async function readPredictions({ files }: Pick<RunDetails, "files">): Promise<Predictions> {
  const questions = new Map<string, SampledQuestion>();
  const steps: number[] = [];
  for (const { step, path } of [...files.predictions].sort((a, b) => a.step - b.step)) {
    // A resumed run may take a file away that was just listed.
    const text = await readFile(path, "utf8").catch(() => null);
    if (text === null) continue;
    steps.push(step);
    for (const row of rowsOf(text)) {
      const key = JSON.stringify([row.id, row.question, row.gold]);
      const known = questions.get(key);
      const question = known ?? questionOf(row);
      if (!known) questions.set(key, question);
      question.answers.push(answerOf(row, step));
    }
  }
  return { steps, total: questions.size, questions: [...questions.values()].slice(0, MOST_QUESTIONS) };
}

type Row = Record<string, unknown>;

function rowsOf(text: string): Row[] {
  return text.split("\n").flatMap((line) => {
    try {
      const value: unknown = line === "" ? null : JSON.parse(line);
      return typeof value === "object" && value !== null ? [value as Row] : [];
    } catch {
      return [];
    }
  });
}

const textOf = (value: unknown): string => (typeof value === "string" ? value : "");
const textOrNull = (value: unknown): string | null => (typeof value === "string" ? value : null);
const verdictOf = (value: unknown): boolean | null => (typeof value === "boolean" ? value : null);

function questionOf(row: Row): SampledQuestion {
  const { id, question, db_id, gold } = row;
  return { id: textOf(id), question: textOf(question), db_id: textOrNull(db_id), gold: textOf(gold), answers: [] };
}

function answerOf(row: Row, step: number): StepAnswer {
  return {
    step,
    predicted: textOf(row.predicted),
    em: verdictOf(row.em),
    ex: verdictOf(row.ex),
    ts: verdictOf(row.ts),
    exact_match: verdictOf(row.exact_match),
    confidence: typeof row.confidence === "number" ? row.confidence : null,
    failure: textOrNull((row.failure as Row | undefined)?.error),
    error_kind: textOrNull(row.error_kind),
  };
}
