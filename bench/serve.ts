/** `npm run bench:serve`: see docs/performance.md. */
import { writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { SqltuneError } from "../src/errors.js";
import { installGenerationPeers } from "./generation/peers.js";
import { scratchFolder } from "./run-child.js";
import { type LoadResult, putUnderLoad } from "./serve/load.js";
import { parseServeOptions, type ServeOptions, type SystemName } from "./serve/options.js";
import { type LoadRequests, loadRequests } from "./serve/requests.js";
import { type System, systemNamed } from "./serve/systems.js";
import { median, type Spread, spread } from "./statistics.js";

const say = (line: string) => process.stdout.write(`${line}\n`);

interface Measured {
  clients: number;
  system: SystemName;
  rounds: LoadResult[];
}

async function main(words: string[]): Promise<void> {
  const options = await parseServeOptions(words);
  if (options.mode === "install-peers") {
    say(`installed: ${await installGenerationPeers(options.python)}`);
    return;
  }
  const machine = `${cpus()[0]?.model ?? "unknown CPU"}, ${cpus().length} processors`;
  say(machine);
  const asked = await loadRequests(options);
  const lengths = asked.requests.map(({ promptTokens }) => promptTokens);
  say(
    `${asked.requests.length} questions on ${asked.databases} databases, prompts of ${Math.min(...lengths)} to ` +
      `${Math.max(...lengths)} tokens, ${options.newTokens} new tokens${options.ignoreEos ? "" : " at most"}`,
  );
  const scratch = scratchFolder();
  const systems = options.systems.map((name) => systemNamed(name, options, asked.model, scratch));
  const measured: Measured[] = [];
  for (const clients of options.clients) measured.push(...(await measure(systems, clients, options, asked)));
  report(measured);
  if (options.json) writeFileSync(options.json, `${JSON.stringify({ machine, options, measured }, null, 2)}\n`);
}

/** All systems once a round, one after the other, each in a fresh process. */
async function measure(
  systems: readonly System[],
  clients: number,
  options: ServeOptions,
  { requests }: LoadRequests,
): Promise<Measured[]> {
  const { seconds, warmUpSeconds } = options;
  const measured = systems.map(({ name }): Measured => ({ clients, system: name, rounds: [] }));
  for (let round = 1; round <= options.rounds; round++) {
    for (const [i, system] of systems.entries()) {
      const server = await system.start();
      try {
        const result = await putUnderLoad(system, server, { clients, seconds, warmUpSeconds, requests });
        measured[i]!.rounds.push(result);
        say(`${clients} clients, round ${round}  ${line(system.name, result)}`);
      } finally {
        await server.stop();
      }
    }
  }
  return measured;
}

const fixed = (value: number, digits = 2) => value.toFixed(digits);
const megabytes = (bytes: number) => (bytes / 1e6).toFixed(0);

function line(name: string, result: LoadResult): string {
  const { requestsPerSecond, tokensPerSecond, tokensPerAnswer, latency, errors, firstError, memory, cachedShare } =
    result;
  const parts = [
    `${name.padEnd(16)} ${fixed(requestsPerSecond)} requests/s, ${fixed(tokensPerSecond, 0)} tokens/s`,
    `${fixed(tokensPerAnswer, 1)} tokens an answer`,
    `p50 ${fixed(latency.p50)} p95 ${fixed(latency.p95)} p99 ${fixed(latency.p99)} s`,
    `${errors} errors${firstError ? ` (${firstError})` : ""}`,
  ];
  if (cachedShare !== null) parts.push(`${fixed(100 * cachedShare, 0)} % of prompts kept`);
  if (memory) {
    const { start, third, end, peak } = memory;
    parts.push(`memory ${[start, third, end].map(megabytes).join(", ")} MB, at most ${megabytes(peak)}`);
  }
  if (result.promptTokensOff > 0) parts.push(`prompts differ by ${result.promptTokensOff} tokens`);
  return parts.join("; ");
}

function report(measured: readonly Measured[]): void {
  const text = ({ median: middle, min, max }: Spread) => `${fixed(middle)} (${fixed(min)} to ${fixed(max)})`;
  const over = (rounds: readonly LoadResult[], value: (result: LoadResult) => number) => spread(rounds.map(value));
  say("\nmedian of the rounds (smallest to largest)");
  for (const { clients, system, rounds } of measured) {
    const speed = text(over(rounds, ({ requestsPerSecond }) => requestsPerSecond));
    const p50 = fixed(median(rounds.map(({ latency }) => latency.p50)));
    const p99 = text(over(rounds, ({ latency }) => latency.p99));
    const name = `${system}, ${clients} clients`;
    say(`  ${name.padEnd(32)} ${speed.padEnd(26)} requests/s   p50 ${p50}, p99 ${p99} s`);
  }
  const own = measured.filter(({ system }) => system === "sqltune");
  if (measured.length > own.length && own.length > 0)
    say("\nratio of the two speeds of a round, sqltune's over the other's");
  for (const one of own) {
    for (const peer of measured.filter(({ clients, system }) => clients === one.clients && system !== "sqltune")) {
      const ratios = one.rounds.map((result, i) => result.requestsPerSecond / peer.rounds[i]!.requestsPerSecond);
      say(`  ${`${peer.system}, ${one.clients} clients`.padEnd(32)} ${text(spread(ratios))}`);
    }
  }
}

// An exit that is seen: servers are stopped and files removed.
for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => process.exit(130));

main(process.argv.slice(2)).catch((error: unknown) => {
  const user = error instanceof SqltuneError;
  process.stderr.write(`${user ? error.message : ((error as Error).stack ?? String(error))}\n`);
  process.exitCode = 1;
});
