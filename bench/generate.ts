/** `npm run bench:generate`: see docs/performance.md. */
import { writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { SqltuneError } from "../src/errors.js";
import { type Comparison, compareGeneration } from "./generation/compare.js";
import { parseGenerateOptions } from "./generation/options.js";
import { installGenerationPeers } from "./generation/peers.js";
import { median, type Spread } from "./statistics.js";

const say = (line: string) => process.stdout.write(`${line}\n`);

async function main(words: string[]): Promise<void> {
  const options = await parseGenerateOptions(words);
  if (options.mode === "install-peers") {
    say(`installed: ${await installGenerationPeers(options.python)}`);
    return;
  }
  const machine = `${cpus()[0]?.model ?? "unknown CPU"}, ${cpus().length} processors`;
  say(machine);
  const comparison = await compareGeneration(options, say);
  report(comparison);
  if (options.json) {
    writeFileSync(options.json, `${JSON.stringify({ machine, options, ...comparison }, null, 2)}\n`);
  }
}

function report({ sides, ratios, agreements }: Comparison): void {
  const text = ({ median: middle, min, max }: Spread) =>
    `${middle.toFixed(2)} (${min.toFixed(2)} to ${max.toFixed(2)})`;
  say("\nqueries/s, median of the rounds (smallest to largest); peak memory");
  for (const { name, queriesPerSecond, results } of sides) {
    const peak = Math.max(...results.map(({ peakBytes }) => peakBytes)) / 1e9;
    say(`  ${name.padEnd(20)} ${text(queriesPerSecond).padEnd(26)} ${peak.toFixed(2)} GB`);
  }
  if (ratios.length > 0) say("\nratio of the two speeds of a round");
  for (const { sides: pair, ratio } of ratios) say(`  ${pair.join(" / ").padEnd(36)} ${text(ratio)}`);
  if (agreements.length > 0) say("\nequal answers; where answers part, the distance of the two best logits");
  for (const { sides: pair, rows, equal, margins } of agreements) {
    const at =
      margins.length === 0 ? "" : `  median ${median(margins).toFixed(3)}, largest ${Math.max(...margins).toFixed(3)}`;
    say(`  ${pair.join(", ").padEnd(44)} ${equal} of ${rows}${at}`);
  }
}

// An exit that is seen: children are stopped and files removed.
for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => process.exit(130));

main(process.argv.slice(2)).catch((error: unknown) => {
  const user = error instanceof SqltuneError;
  process.stderr.write(`${user ? error.message : ((error as Error).stack ?? String(error))}\n`);
  process.exitCode = 1;
});
