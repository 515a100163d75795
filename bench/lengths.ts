import { SqltuneError } from "../src/errors.js";
import { rowLength } from "../src/train/batch.js";
import type { DataRow } from "../src/train/training-data.js";
import { type BenchSetup, sqltuneJob } from "./bench-setup.js";
import type { Say } from "./compare.js";
import type { SqltuneResult } from "./job.js";
import type { Precision } from "./options.js";
import { runNode } from "./run-child.js";
import { MAX_ROW_TOKENS, rowsByDatabase } from "./spider-rows.js";
import { median, sum } from "./statistics.js";

const UNIT = 512;
const UNITS = [1, 2, 4, 8, 16];
const K = 8;

export interface LengthResult {
  dtype: Precision;
  packedTokens: number;
  /** Packed tokens a second, median step. */
  packedSpeed: number;
  /** Tokens of the plain sequences a second. */
  speed: number;
}

/**
 * sqltune at 512 to 8,192 packed tokens a step, one micro-batch each. The steps are made of like groups, eight questions
 * on a schema and about 512 packed tokens each, so that more tokens are more groups and not longer rows.
 */
export async function measureLengths(setup: BenchSetup, say: Say): Promise<LengthResult[]> {
  const groups = likeGroups(rowsByDatabase(setup.rows, MAX_ROW_TOKENS, K), UNITS.at(-1)!);
  const results: LengthResult[] = [];
  for (const dtype of setup.options.dtype) {
    const measured: LengthResult[] = [];
    for (const units of UNITS) {
      const step = groups.slice(0, units);
      const steps = Array.from({ length: setup.options.steps + 1 }, () => step);
      const job = { ...sqltuneJob(setup, dtype, steps), microBatch: { tokens: null, rows: null } };
      const seconds: number[] = [];
      for (let round = 0; round < setup.options.rounds; round++) {
        const result = await runNode<SqltuneResult>("sqltune-child.ts", job, setup.folder);
        seconds.push(...result.seconds.slice(1));
      }
      const packedTokens = sum(step.map(packedLength));
      const one = median(seconds);
      measured.push({
        dtype,
        packedTokens,
        packedSpeed: packedTokens / one,
        speed: sum(step.flat().map(rowLength)) / one,
      });
    }
    const mean = sum(measured.map((it) => it.packedSpeed)) / measured.length;
    say(`\n${dtype}: packed tokens a step, packed tokens/s, distance from the mean of ${mean.toFixed(0)}`);
    for (const { packedTokens, packedSpeed } of measured) {
      const distance = 100 * (packedSpeed / mean - 1);
      say(
        `  ${String(packedTokens).padStart(6)} ${packedSpeed.toFixed(0).padStart(8)} ${signed(distance).padStart(8)} %`,
      );
    }
    results.push(...measured);
  }
  return results;
}

/** The groups of k rows of one database that come nearest to UNIT packed tokens. */
function likeGroups(databases: readonly DataRow[][], count: number): DataRow[][] {
  const distance = (group: DataRow[]) => Math.abs(packedLength(group) - UNIT);
  const groups = databases.map((rows) => rows.slice(0, K)).sort((a, b) => distance(a) - distance(b));
  if (groups.length < count) {
    throw new SqltuneError(`--lengths needs ${count} databases with ${K} rows each; the data has ${groups.length}.`);
  }
  return groups.slice(0, count);
}

function packedLength(group: readonly DataRow[]): number {
  return (group[0]?.schema.length ?? 0) + sum(group.map((row) => row.question.length + row.answer.length));
}

const signed = (value: number) => (value < 0 ? "" : "+") + value.toFixed(1);
