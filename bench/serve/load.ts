import { Agent, request as httpRequest } from "node:http";
import { text } from "node:stream/consumers";
import { setTimeout } from "node:timers/promises";
import type { LoadRequest } from "./requests.js";
import type { ServerProcess } from "./server-process.js";
import type { System } from "./systems.js";

export interface LoadOptions {
  clients: number;
  seconds: number;
  warmUpSeconds: number;
  requests: readonly LoadRequest[];
}

export interface LoadResult {
  /** Answers and new tokens a second of the counted time. */
  requestsPerSecond: number;
  tokensPerSecond: number;
  answers: number;
  /** New tokens of an answer, on average. */
  tokensPerAnswer: number;
  /** The prompt's tokens as the server counted them, less those that were asked for; 0: it computed the same prompt. */
  promptTokensOff: number;
  /** Share of the prompts' tokens that the server says it had kept; null where it does not say. */
  cachedShare: number | null;
  /** Seconds from sending to the end of the answer. */
  latency: { p50: number; p95: number; p99: number; max: number };
  errors: number;
  firstError: string | null;
  /** The server's resident memory in bytes: when counting began, after a third, at the end, and the highest seen. */
  memory: { start: number; third: number; end: number; peak: number } | null;
}

interface Usage {
  prompt_tokens: number;
  completion_tokens: number;
  prompt_tokens_details?: { cached_tokens?: number };
}

interface Answered extends Usage {
  seconds: number;
  expected: number;
}

/**
 * A closed loop: each client asks, waits for the whole answer, and asks the next question of the common list. Counting
 * begins when every client has had an answer, so that no server is measured while its line fills, and what is answered
 * within the counted time counts, whenever it was asked.
 */
export async function putUnderLoad(system: System, server: ServerProcess, options: LoadOptions): Promise<LoadResult> {
  const { clients, seconds, warmUpSeconds, requests } = options;
  const agent = new Agent({ keepAlive: true, maxSockets: clients });
  const answered: Answered[] = [];
  const errors: string[] = [];
  let counting = false;
  let ended = false;
  let next = 0;
  const served = new Set<number>();

  const client = async (id: number): Promise<void> => {
    while (!ended) {
      const request = requests[next++ % requests.length]!;
      const started = performance.now();
      try {
        const usage = await ask(system, server.port, request, agent);
        served.add(id);
        if (!counting || ended) continue;
        answered.push({ ...usage, seconds: (performance.now() - started) / 1000, expected: request.promptTokens });
      } catch (error) {
        if (ended) return;
        served.add(id);
        errors.push((error as Error).message);
        await setTimeout(100);
      }
    }
  };
  const running = Promise.all(Array.from({ length: clients }, (_, id) => client(id)));

  const warm = performance.now() + warmUpSeconds * 1000;
  while (performance.now() < warm || served.size < clients) await setTimeout(50);
  counting = true;
  const before = errors.length;
  const memory: number[] = [];
  const started = performance.now();
  for (let elapsed = 0; elapsed < seconds; elapsed = (performance.now() - started) / 1000) {
    memory.push(server.residentBytes() ?? Number.NaN);
    await setTimeout(Math.min(500, (seconds - elapsed) * 1000));
  }
  ended = true;
  const took = (performance.now() - started) / 1000;
  memory.push(server.residentBytes() ?? Number.NaN);
  agent.destroy();
  await running;
  return summarize(answered, errors.slice(before), memory, took);
}

/** Sends one question and reads the whole answer. @throws Error for any other status than 200, and for no usage in it */
async function ask({ path, body }: System, port: number, request: LoadRequest, agent: Agent): Promise<Usage> {
  const sent = JSON.stringify(body(request));
  const headers = { "content-type": "application/json", "content-length": Buffer.byteLength(sent) };
  const [status, answer] = await new Promise<[number, string]>((resolve, reject) => {
    const call = httpRequest({ host: "127.0.0.1", port, path, method: "POST", headers, agent }, (response) => {
      text(response).then((read) => resolve([response.statusCode!, read]), reject);
    });
    call.on("error", reject).end(sent);
  });
  if (status !== 200) throw new Error(`${status}: ${answer.slice(0, 500)}`);
  const { usage } = JSON.parse(answer.startsWith("data: ") ? lastEvent(answer) : answer) as { usage?: Usage };
  if (!usage) throw new Error(`an answer without usage: ${answer.slice(0, 500)}`);
  return usage;
}

/** The last event before [DONE]: the one with the usage. */
function lastEvent(stream: string): string {
  const events = stream.split("\n\n").filter((event) => event.startsWith("data: {"));
  return events.at(-1)!.slice("data: ".length);
}

function summarize(answered: Answered[], errors: string[], memory: number[], seconds: number): LoadResult {
  const total = (value: (answer: Answered) => number) => answered.reduce((sum, answer) => sum + value(answer), 0);
  const tokens = total(({ completion_tokens }) => completion_tokens);
  const known = answered.filter(({ prompt_tokens_details }) => prompt_tokens_details?.cached_tokens !== undefined);
  const cached = total(({ prompt_tokens_details }) => prompt_tokens_details?.cached_tokens ?? 0);
  const sorted = answered.map((answer) => answer.seconds).sort((a, b) => a - b);
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN;
  return {
    requestsPerSecond: answered.length / seconds,
    tokensPerSecond: tokens / seconds,
    answers: answered.length,
    tokensPerAnswer: tokens / answered.length,
    promptTokensOff: total(({ prompt_tokens, expected }) => Math.abs(prompt_tokens - expected)),
    cachedShare: known.length === 0 ? null : cached / total(({ prompt_tokens }) => prompt_tokens),
    latency: { p50: at(0.5), p95: at(0.95), p99: at(0.99), max: at(1) },
    errors: errors.length,
    firstError: errors[0] ?? null,
    memory: memory.some(Number.isNaN)
      ? null
      : {
          start: memory[0]!,
          third: memory[Math.floor(memory.length / 3)]!,
          end: memory.at(-1)!,
          peak: Math.max(...memory),
        },
  };
}
