import type { Candidate } from "./candidate.js";
import type { CandidateRuns } from "./candidate-runs.js";
import type { Selection } from "./engine-types.js";
import { resultKey, textKey } from "./result-key.js";

export interface RankedCandidate {
  candidate: Candidate;
  /** Of "vote": candidates that give its result. */
  votes: number | null;
}

/**
 * Candidates by `by`, the best first; of those with the same SQL the most probable stays. `runs` is null without a
 * database. More probable means a higher mean log-probability of the tokens: the sum would favour short queries. What the
 * length limit cut off comes last, for a text that repeats itself without end is all too probable.
 */
export async function rankCandidates(
  candidates: readonly Candidate[],
  by: Selection["by"],
  runs: CandidateRuns | null,
): Promise<RankedCandidate[]> {
  const ordered = [...candidates].sort(
    (a, b) =>
      Number(a.finishReason === "length") - Number(b.finishReason === "length") ||
      // Two empty ones differ by minus infinity less minus infinity, which is no number.
      b.meanLogProbability - a.meanLogProbability ||
      0,
  );
  if (by === "vote") return byVotes(ordered, runs);
  const ranked = distinct(ordered.map((candidate) => ({ candidate, votes: null })));
  if (by === "logprob" || runs === null) return ranked;
  for (const [i, one] of ranked.entries()) {
    const { executable } = await runs.run(one.candidate.sql);
    if (executable) return [one, ...ranked.slice(0, i), ...ranked.slice(i + 1)];
  }
  return ranked;
}

/**
 * Those that do not run have no vote. Where all fail, or there is no database, equal texts are counted. Equal numbers of
 * votes: the group that the model finds more probable, the sum of its candidates' probabilities.
 */
async function byVotes(ordered: readonly Candidate[], runs: CandidateRuns | null): Promise<RankedCandidate[]> {
  const results = await Promise.all(ordered.map(async (candidate) => (await runs?.run(candidate.sql)) ?? null));
  const someRun = results.some((run) => run?.executable === true);
  const groups = new Map<string, Candidate[]>();
  const failed: RankedCandidate[] = [];
  for (const [i, candidate] of ordered.entries()) {
    const run = results[i]!;
    if (someRun && run?.executable !== true) {
      failed.push({ candidate, votes: 0 });
      continue;
    }
    const key = someRun ? resultKey(run!.rows, candidate.sql) : textKey(candidate.sql);
    const group = groups.get(key);
    if (group) group.push(candidate);
    else groups.set(key, [candidate]);
  }
  const probability = (group: readonly Candidate[]) =>
    group.reduce((sum, { logProbability }) => sum + Math.exp(logProbability), 0);
  const voted = [...groups.values()]
    .sort((a, b) => b.length - a.length || probability(b) - probability(a))
    .flatMap((group) => group.map((candidate) => ({ candidate, votes: group.length })));
  return distinct([...voted, ...failed]);
}

function distinct(ranked: readonly RankedCandidate[]): RankedCandidate[] {
  const seen = new Set<string>();
  return ranked.filter(({ candidate: { sql } }) => !seen.has(sql) && seen.add(sql));
}
