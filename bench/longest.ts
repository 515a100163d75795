import { rowLength } from "../src/train/batch.js";
import { type BenchSetup, describePeer, type PeerConfig, sqltuneJob, trlJob } from "./bench-setup.js";
import type { Say } from "./compare.js";
import { memoryText } from "./comparison-text.js";
import type { MemoryReading, RunResult, SqltuneResult } from "./job.js";
import type { Precision } from "./options.js";
import { requirePython } from "./peers.js";
import { runNode, runPython } from "./run-child.js";

export interface LongestResult {
  dtype: Precision;
  tokens: number;
  sqltune: MemoryReading;
  trl: { name: string; memory: MemoryReading }[];
}

/** Memory of one optimizer step on Spider's longest row alone. */
export async function measureLongest(setup: BenchSetup, say: Say): Promise<LongestResult[]> {
  const { options, folder } = setup;
  const python = options.withPeer ? requirePython(options.python) : null;
  const row = setup.rows.reduce((a, b) => (rowLength(b) > rowLength(a) ? b : a));
  const steps = [[[row]]];
  const results: LongestResult[] = [];
  for (const dtype of options.dtype) {
    const result = await runNode<SqltuneResult>("sqltune-child.ts", sqltuneJob(setup, dtype, steps), folder);
    say(`\n${dtype}: one step on ${row.id}, ${rowLength(row)} tokens`);
    say(`  sqltune (checkpointing ${options.checkpointing}): ${memoryText(result.memory)}`);
    const trl: LongestResult["trl"] = [];
    const weights: readonly Precision[] = dtype === "fp32" ? ["fp32"] : options.peerWeights;
    for (const it of python ? weights : []) {
      const peer: PeerConfig = { batch: 1, accumulation: 1, weights: it };
      const job = trlJob(setup, dtype, peer, steps);
      const { memory } = await runPython<RunResult>(python!, "train_trl.py", job, folder);
      say(`  TRL (${describePeer(peer, dtype)}): ${memoryText(memory)}`);
      trl.push({ name: describePeer(peer, dtype), memory });
    }
    results.push({ dtype, tokens: rowLength(row), sqltune: result.memory, trl });
  }
  return results;
}
