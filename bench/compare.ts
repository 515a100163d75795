import { rowLength } from "../src/train/batch.js";
import type { DataRow } from "../src/train/training-data.js";
import { type BenchSetup, describePeer, type PeerConfig, type Steps, sqltuneJob, trlJob } from "./bench-setup.js";
import { comparisonText } from "./comparison-text.js";
import { type GemmShare, measureGemmShare } from "./gemm-share.js";
import type { RunResult, SqltuneResult } from "./job.js";
import type { Precision } from "./options.js";
import { findPython, requirePython } from "./peers.js";
import { chooseRowSet } from "./row-sets.js";
import { runNode, runPython } from "./run-child.js";
import { MAX_ROW_TOKENS, rowsByDatabase } from "./spider-rows.js";
import { type Spread, spread, sum } from "./statistics.js";

const MIN_ROWS = 8;

/** One row set in one precision. */
export interface Comparison {
  dtype: Precision;
  k: number;
  rows: number;
  /** Of the counted steps, as plain sequences. */
  tokens: number;
  rounds: { sqltune: SqltuneResult; trl: RunResult | null }[];
  /** Tokens of the plain sequences a second, counted steps of a round. */
  speed: { sqltune: Spread; trl: Spread | null; ratio: Spread | null };
  peer: string | null;
  gemm: GemmShare | null;
}

export type Say = (line: string) => void;

/** Alternates sqltune and TRL on each row set in each precision, and tells each comparison as soon as it stands. */
export async function compare(setup: BenchSetup, say: Say): Promise<Comparison[]> {
  const { options } = setup;
  const python = options.withPeer ? requirePython(options.python) : findPython(options.python);
  const comparisons: Comparison[] = [];
  for (const dtype of options.dtype) {
    let peer: PeerConfig | null = null;
    for (const k of options.k) {
      const counted = rowSet(setup, k);
      // The first step's rows come twice: once to warm up, not counted.
      const steps = [counted[0]!, ...counted];
      if (options.withPeer) peer ??= await fastestPeer(setup, dtype, steps, python!, say);
      const comparison = await compareOne(setup, { dtype, k, steps, peer, python }, say);
      for (const line of comparisonText(comparison)) say(line);
      comparisons.push(comparison);
    }
  }
  return comparisons;
}

/** The counted steps of k questions a database. */
export function rowSet({ rows, options }: BenchSetup, k: number): Steps {
  const { steps, rowsPerStep, seed } = options;
  const databases = rowsByDatabase(rows, MAX_ROW_TOKENS, MIN_ROWS);
  return chooseRowSet<DataRow>({ databases, length: rowLength, k, steps, rowsPerStep, seed });
}

interface Setting {
  dtype: Precision;
  k: number;
  /** The uncounted one first. */
  steps: Steps;
  peer: PeerConfig | null;
  python: string | null;
}

async function compareOne(setup: BenchSetup, setting: Setting, say: Say): Promise<Comparison> {
  const { dtype, k, steps, peer, python } = setting;
  const counted = steps.slice(1);
  const rows = counted.flat(2);
  const tokens = sum(rows.map(rowLength));
  say(`\n${dtype}, k = ${k}: ${rows.length} rows, ${tokens} tokens in ${counted.length} steps`);
  const rounds: Comparison["rounds"] = [];
  const speeds: { sqltune: number; trl: number | null }[] = [];
  for (let round = 0; round < setup.options.rounds; round++) {
    const sqltune = await runNode<SqltuneResult>("sqltune-child.ts", sqltuneJob(setup, dtype, steps), setup.folder);
    checkTokens(sqltune, tokens);
    const trl = peer
      ? await runPython<RunResult>(python!, "train_trl.py", trlJob(setup, dtype, peer, steps), setup.folder)
      : null;
    const speed = { sqltune: tokens / countedSeconds(sqltune), trl: trl && tokens / countedSeconds(trl) };
    const versus = speed.trl ? `, TRL ${speed.trl.toFixed(0)}: ${(speed.sqltune / speed.trl).toFixed(2)}x` : "";
    say(`  round ${round + 1}: sqltune ${speed.sqltune.toFixed(0)} tokens/s${versus}`);
    rounds.push({ sqltune, trl });
    speeds.push(speed);
  }
  const sqltune = spread(speeds.map((speed) => speed.sqltune));
  const seconds = tokens / sqltune.median;
  return {
    ...{ dtype, k, rows: rows.length, tokens, rounds },
    speed: {
      sqltune,
      trl: peer && spread(speeds.map((speed) => speed.trl!)),
      ratio: peer && spread(speeds.map((speed) => speed.sqltune / speed.trl!)),
    },
    peer: peer && describePeer(peer, dtype),
    gemm: python ? await measureGemmShare(setup, python, { dtype, steps: counted, seconds }) : null,
  };
}

/** Time of the counted steps. */
export function countedSeconds({ seconds }: Pick<RunResult, "seconds">): number {
  return sum(seconds.slice(1));
}

/** Both sides must have trained on the same tokens. */
function checkTokens({ tokens }: SqltuneResult, expected: number): void {
  const found = sum(tokens.slice(1));
  if (found !== expected) throw new Error(`sqltune trained on ${found} tokens, TRL gets ${expected}`);
}

/** TRL's fastest configuration of those asked for, by one step of each after one to warm up. */
async function fastestPeer(
  setup: BenchSetup,
  dtype: Precision,
  steps: Steps,
  python: string,
  say: Say,
): Promise<PeerConfig> {
  const { peerBatch, peerWeights } = setup.options;
  const weights: readonly Precision[] = dtype === "fp32" ? ["fp32"] : peerWeights;
  const candidates = peerBatch.flatMap((batch) => weights.map((it) => ({ ...batch, weights: it })));
  if (candidates.length === 1) return candidates[0]!;
  say(`\n${dtype}: TRL's configurations, one step each`);
  let best: { peer: PeerConfig; seconds: number } | null = null;
  for (const peer of candidates) {
    const job = trlJob(setup, dtype, peer, steps.slice(0, 2));
    const result = await runPython<RunResult>(python, "train_trl.py", job, setup.folder);
    const seconds = countedSeconds(result);
    say(`  ${describePeer(peer, dtype)}: ${(sum(steps[1]!.flat().map(rowLength)) / seconds).toFixed(0)} tokens/s`);
    if (best === null || seconds < best.seconds) best = { peer, seconds };
  }
  return best!.peer;
}
