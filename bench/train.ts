/** `npm run bench:train`: see docs/performance.md. */
import { writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { SqltuneError } from "../src/errors.js";
import { measureAblation } from "./ablation.js";
import { type BenchSetup, setUp } from "./bench-setup.js";
import { compare } from "./compare.js";
import { measureLengths } from "./lengths.js";
import { measureLongest } from "./longest.js";
import { type BenchOptions, parseOptions } from "./options.js";
import { installPeers } from "./peers.js";

const say = (line: string) => process.stdout.write(`${line}\n`);

async function main(words: string[]): Promise<void> {
  const options = await parseOptions(words);
  if (options.mode === "install-peers") {
    say(`installed: ${await installPeers(options.python)}`);
    return;
  }
  const setup = await setUp(options);
  const machine = describeMachine(setup);
  say(machine);
  const run = { compare, ablation: measureAblation, lengths: measureLengths, longest: measureLongest }[options.mode];
  const results = await run(setup, say);
  if (options.json) writeJson(options, { machine, options, results });
}

function describeMachine({ base, options }: BenchSetup): string {
  const { numLayers, hiddenSize } = base.decoder;
  const model = `${options.model} (${numLayers} layers of ${hiddenSize}, ${base.parameterCount} parameters)`;
  const adapter = `LoRA r ${options.rank} on ${options.targetModules.join(", ")}, ${base.trainableParameters} parameters`;
  const { torchRuntime, cpuCapability, threads } = base.info;
  const machine = `${cpus()[0]?.model ?? "unknown CPU"}, ${threads} threads, ${cpuCapability}, libtorch ${torchRuntime}`;
  return `${model}; ${adapter}\n${options.device === "cuda" ? base.info.cuda.devices.join(", ") : machine}`;
}

function writeJson({ json }: BenchOptions, value: unknown): void {
  writeFileSync(json!, `${JSON.stringify(value, null, 2)}\n`);
}

// An exit that is seen: children are stopped and files removed.
for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => process.exit(130));

main(process.argv.slice(2)).catch((error: unknown) => {
  const user = error instanceof SqltuneError;
  process.stderr.write(`${user ? error.message : ((error as Error).stack ?? String(error))}\n`);
  process.exitCode = 1;
});
