import { rowLength } from "../src/train/batch.js";
import { type BenchSetup, type Steps, sqltuneJob } from "./bench-setup.js";
import { countedSeconds, rowSet, type Say } from "./compare.js";
import type { SqltuneResult } from "./job.js";
import type { Precision } from "./options.js";
import { runNode } from "./run-child.js";
import { median, sum } from "./statistics.js";

/** What is left out, one at a time: the names that SQLTUNE_WITHOUT knows, and the shared schema. */
const PARTS: readonly { name: string; without: string; shared: boolean }[] = [
  { name: "everything", without: "", shared: true },
  { name: "without the shared schema", without: "", shared: false },
  { name: "without blocks by hand (autograd)", without: "passes", shared: true },
  { name: "without fused attention", without: "attention", shared: true },
  { name: "without fused LoRA", without: "lora", shared: true },
  { name: "without oneDNN in float32", without: "onednn", shared: true },
  { name: "without kept memory", without: "memory", shared: true },
  { name: "without all of these", without: "passes,attention,lora,onednn,memory", shared: false },
];

export interface AblationResult {
  dtype: Precision;
  part: string;
  /** Tokens of the plain sequences a second, median of the rounds. */
  speed: number;
  /** Bytes above the loaded model at the peak, median of the rounds. */
  memory: number;
}

/** What each part of a step is worth: sqltune alone on the first row set, with one part left out at a time. */
export async function measureAblation(setup: BenchSetup, say: Say): Promise<AblationResult[]> {
  const k = setup.options.k.at(-1)!;
  const counted = rowSet(setup, k);
  const steps: Steps = [counted[0]!, ...counted];
  const tokens = sum(counted.flat(2).map(rowLength));
  const results: AblationResult[] = [];
  for (const dtype of setup.options.dtype) {
    say(`\n${dtype}, k = ${k}: tokens/s, share of everything, memory above the loaded model`);
    const measured = PARTS.map(({ name }) => ({ name, seconds: [] as number[], memory: [] as number[] }));
    for (let round = 0; round < setup.options.rounds; round++) {
      for (const [i, { without, shared }] of PARTS.entries()) {
        const job = sqltuneJob(setup, dtype, shared ? steps : steps.map(unshared));
        const environment = { SQLTUNE_WITHOUT: without };
        const result = await runNode<SqltuneResult>("sqltune-child.ts", job, setup.folder, environment);
        measured[i]!.seconds.push(countedSeconds(result));
        measured[i]!.memory.push(result.memory.peak - result.memory.loaded);
      }
    }
    const whole = median(measured[0]!.seconds);
    for (const { name, seconds, memory } of measured) {
      const speed = tokens / median(seconds);
      results.push({ dtype, part: name, speed, memory: median(memory) });
      const share = `${((100 * whole) / median(seconds)).toFixed(0)} %`;
      say(
        `  ${name.padEnd(36)} ${speed.toFixed(0).padStart(6)} ${share.padStart(6)} ${(median(memory) / 1e9).toFixed(2)} GB`,
      );
    }
  }
  return results;
}

/** The same rows, each with a schema of its own. */
function unshared(groups: Steps[number]): Steps[number] {
  return groups.flat().map((row) => [row]);
}
