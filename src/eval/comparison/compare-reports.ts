import { SqltuneError } from "../../errors.js";
import { type EvalDetail, type EvalReport, VERDICTS, type Verdict } from "../eval-report.js";
import { type BootstrapOptions, type Interval, middle95, type Outcomes, resampledShares } from "./bootstrap.js";
import { differencesOf } from "./differences.js";
import { mcnemarExact } from "./mcnemar.js";

/** A report and what to call it. */
export interface NamedReport {
  name: string;
  report: EvalReport;
}

/** Two systems on the rows that both were judged on; the second is measured against the first. */
export interface PairComparison {
  a: string;
  b: string;
  /** Score of b less that of a, in [-1, 1], with its 95 % bootstrap interval. */
  difference: number;
  interval: Interval;
  /** Indices of the rows that b alone has right, and those that a alone has right. */
  won: number[];
  lost: number[];
  both_right: number;
  both_wrong: number;
  /** McNemar's exact test, two-sided; not corrected for the number of pairs. */
  p: number;
}

/** One verdict of every report that has it. */
export interface VerdictComparison {
  verdict: Verdict;
  /** Rows that all of these reports judged; everything here is about them alone. */
  judged: number;
  scores: { name: string; score: number; interval: Interval }[];
  pairs: PairComparison[];
}

export interface Comparison {
  questions: number;
  reports: string[];
  verdicts: VerdictComparison[];
  /** Differences between the reports that make them less comparable. */
  notes: string[];
  resamples: number;
  seed: number;
}

export interface CompareOptions extends BootstrapOptions {
  /** Default: all that at least two reports have. */
  verdicts?: readonly Verdict[] | undefined;
}

/**
 * Compares reports on the same questions, each with each: rows won and lost, McNemar's test, and bootstrap intervals of
 * the scores and of their differences.
 *
 * @throws SqltuneError for fewer than two reports, and for reports whose gold rows differ
 */
export function compareReports(reports: readonly NamedReport[], options: CompareOptions = {}): Comparison {
  if (reports.length < 2) throw new SqltuneError(`${reports.length} report was given; at least two can be compared.`);
  const { verdicts = VERDICTS, resamples = 10_000, seed = 42 } = options;
  const notes = differencesOf(reports);
  return {
    questions: reports[0]!.report.details.length,
    reports: reports.map(({ name }) => name),
    verdicts: verdicts.flatMap((verdict) => compareVerdict(reports, verdict, { resamples, seed }) ?? []),
    notes,
    resamples,
    seed,
  };
}

function compareVerdict(
  all: readonly NamedReport[],
  verdict: Verdict,
  options: BootstrapOptions,
): VerdictComparison | null {
  const of = (detail: EvalDetail): boolean | null => detail[verdict];
  const reports = all.filter(({ report }) => report.details.some((detail) => of(detail) !== null));
  if (reports.length < 2) return null;
  const rows = reports[0]!.report.details
    .map((_, i) => i)
    .filter((i) => reports.every(({ report }) => of(report.details[i]!) !== null));
  if (rows.length === 0) return null;
  const outcomes = reports.map(({ report }) => Uint8Array.from(rows, (i) => Number(of(report.details[i]!))));
  const shares = resampledShares(outcomes, options);
  const pairs = reports.flatMap((first, a) =>
    reports.slice(a + 1).map((second, offset) => {
      const b = a + 1 + offset;
      const differences = shares[b]!.map((share, i) => share - shares[a]![i]!);
      return {
        a: first.name,
        b: second.name,
        ...comparePair(outcomes[a]!, outcomes[b]!, rows),
        interval: middle95(differences),
      };
    }),
  );
  const scores = reports.map(({ name }, i) => ({
    name,
    score: mean(outcomes[i]!),
    interval: middle95(shares[i]!),
  }));
  return { verdict, judged: rows.length, scores, pairs };
}

function comparePair(a: Outcomes, b: Outcomes, rows: readonly number[]): Omit<PairComparison, "a" | "b" | "interval"> {
  const where = (ofA: number, ofB: number) => rows.filter((_, i) => a[i] === ofA && b[i] === ofB);
  const [won, lost] = [where(0, 1), where(1, 0)];
  return {
    difference: (won.length - lost.length) / rows.length,
    won,
    lost,
    both_right: where(1, 1).length,
    both_wrong: where(0, 0).length,
    p: mcnemarExact(won.length, lost.length),
  };
}

function mean(outcomes: Outcomes): number {
  return outcomes.reduce((sum, outcome) => sum + outcome, 0) / outcomes.length;
}
