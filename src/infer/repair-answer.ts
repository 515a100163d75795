import type { Candidate } from "./candidate.js";
import type { CandidateRun, CandidateRuns } from "./candidate-runs.js";

/** Longer errors and queries add nothing that a model could use. */
const MAX_ERROR = 500;
const MAX_SQL = 2_000;

/**
 * The question asked again after its answer failed, as one message: the schema before it stays the one that is kept, and
 * both prompt programs can write it.
 */
export function repairQuestion(question: string, sql: string, error: string): string {
  const [failed, reason] = [sql.slice(0, MAX_SQL), error.replace(/\s+/g, " ").slice(0, MAX_ERROR)];
  return `${question.trim()}\nThis query fails: ${failed}\nError: ${reason}\nWrite a query that runs.`;
}

export interface RepairedAnswer {
  candidate: Candidate;
  run: CandidateRun;
  /** Times the model was asked again. */
  rounds: number;
}

/**
 * Asks again, up to `rounds` times, for a query that fails; each round sees the query and the error of the one before.
 * @param askAgain the model's greedy answer to a repair question; null where its prompt would be too long
 * @returns the first repaired query that runs, else the answer as it was
 */
export async function repairAnswer(
  failed: { candidate: Candidate; run: CandidateRun },
  rounds: number,
  runs: CandidateRuns,
  askAgain: (sql: string, error: string) => Promise<Candidate | null>,
): Promise<RepairedAnswer> {
  let asked = 0;
  let { candidate, run } = failed;
  while (asked < rounds && run.executable === false) {
    const next = await askAgain(candidate.sql, run.error ?? "");
    if (next === null) break;
    asked++;
    // It would say the same in the next round.
    if (next.sql === candidate.sql) break;
    candidate = next;
    run = await runs.run(next.sql);
    if (run.executable) return { candidate, run, rounds: asked };
  }
  return { ...failed, rounds: asked };
}
