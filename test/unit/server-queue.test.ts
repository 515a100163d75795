import { once } from "node:events";
import { type AddressInfo, connect } from "node:net";
import fastify from "fastify";
import { afterEach, describe, expect, it, type MockInstance, vi } from "vitest";
import type { NativeModel } from "../../src/native/types.js";
import { AnswerQueue } from "../../src/server/answer-queue.js";
import { EventStream } from "../../src/server/event-stream.js";
import { SINGER, useServer } from "./server-fixture.js";

const fixture = useServer();
const never = new AbortController().signal;
/** Questions that the random model answers differently. */
const questions = Array.from({ length: 20 }, (_, i) => `${"What of it?".slice(0, 3 + (i % 8))} ${i * 37}`);
const LONG = 900;

const ask = (question: string, more: Partial<Parameters<AnswerQueue["submit"]>[0]> = {}) => ({
  ...{ engine: fixture.engine, question: { question, schema: SINGER }, sampling: { maxNewTokens: 8 }, signal: never },
  ...more,
});

/** How the rows of the first native call ended. */
async function finishReasons(calls: MockInstance<NativeModel["generate"]>): Promise<string[]> {
  const rows = await (calls.mock.results[0]!.value as ReturnType<NativeModel["generate"]>);
  return rows.map(({ finishReason }) => finishReason);
}

afterEach(() => {
  vi.restoreAllMocks();
});

describe("the queue before the model", () => {
  it("computes what waits together, by like settings, oldest first", async () => {
    const batches: number[] = [];
    const queue = new AnswerQueue({ limit: 99, batchSize: 4, onBatch: (rows) => batches.push(rows) });
    const order: string[] = [];
    const submit = (name: string, more = {}) => queue.submit(ask(name, more)).then(() => order.push(name));
    const other = { sampling: { maxNewTokens: 3 } };
    await Promise.all([
      ...[submit("a1"), submit("b1", other), submit("a2"), submit("a3"), submit("a4"), submit("a5")],
      ...[submit("alone", { alone: true }), submit("b2", other), submit("stream", { onToken: () => {} })],
    ]);
    expect(batches).toEqual([4, 2, 1, 1, 1]);
    expect(order.slice(0, 4).sort()).toEqual(["a1", "a2", "a3", "a4"]);
    expect(order.slice(4, 6).sort()).toEqual(["b1", "b2"]);
    expect(order.slice(6)).toEqual(["a5", "alone", "stream"]);
    expect([queue.depth, queue.active]).toEqual([0, 0]);
  });

  it("refuses at once when it is full, and says when to come again", async () => {
    const queue = new AnswerQueue({ limit: 2, batchSize: 1 });
    const accepted = [queue.submit(ask("1")), queue.submit(ask("2"))];
    expect(() => queue.submit(ask("3"))).toThrow(
      expect.objectContaining({ statusCode: 429, details: { code: "queue_full", retryAfter: 2 } }),
    );
    await Promise.all(accepted);
    await queue.submit(ask("4"));
  });

  it("lets a question leave while it waits or is computed, and stops the model when all have left", async () => {
    const calls = vi.spyOn(fixture.random.native, "generate").mockClear();
    const queue = new AnswerQueue({ limit: 9, batchSize: 2 });
    const [a, b, c] = [1, 2, 3].map(() => new AbortController());
    const long = { sampling: { maxNewTokens: LONG } };
    const all = Promise.allSettled([
      queue.submit(ask("first", { ...long, signal: a!.signal })),
      queue.submit(ask("second", { ...long, signal: b!.signal })),
      queue.submit(ask("third", { ...long, signal: c!.signal })),
      queue.submit(ask("fourth")),
    ]);
    await vi.waitFor(() => expect(calls).toHaveBeenCalledTimes(1));
    c!.abort(new Error("waiting"));
    a!.abort(new Error("computed"));
    expect(queue.depth).toBe(1);
    b!.abort(new Error("last"));
    const ends = (await all).map((end) => (end.status === "rejected" ? end.reason.message : end.value.batch));
    expect(ends).toEqual(["computed", "last", "waiting", 1]);
    // The native call itself was stopped, not only left alone.
    expect(await finishReasons(calls)).toEqual(["abort", "abort"]);
    expect(calls).toHaveBeenCalledTimes(2);
  });
});

describe("a listening server", () => {
  const listen = async (options: Parameters<typeof fixture.server>[0] = {}) => {
    const app = await fixture.server({ maxTokens: LONG, ...options });
    await app.listen({ host: "127.0.0.1", port: 0 });
    return { app, url: `http://127.0.0.1:${(app.server.address() as AddressInfo).port}` };
  };
  const chat = (url: string, content: string, more: object = {}, signal?: AbortSignal) =>
    fetch(`${url}/v1/chat/completions`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ messages: [{ role: "user", content }], ...more }),
      signal,
    });

  it("gives 20 clients at once what it gives each alone", async () => {
    const { url } = await listen({ maxTokens: 12 });
    const sql = async (question: string) => {
      const reply = await fetch(`${url}/generate_sql`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ question, schema: SINGER }),
      });
      return ((await reply.json()) as { generated_sql: string }).generated_sql;
    };
    const alone: string[] = [];
    for (const question of questions) alone.push(await sql(question));
    expect(await Promise.all(questions.map(sql))).toEqual(alone);
    expect(new Set(alone).size).toBeGreaterThan(5);
    const metrics = await (await fetch(`${url}/metrics`)).text();
    const turns = Number(/^sqltune_batch_questions_count (\d+)$/m.exec(metrics)![1]);
    expect(turns).toBeLessThan(40);
  });

  it("answers 429 with Retry-After when the line is full, and the rest as always", async () => {
    const { url } = await listen({ queueLimit: 2, batchSize: 1 });
    const replies = await Promise.all(questions.map((question) => chat(url, question, { max_tokens: 60 })));
    const refused = replies.filter(({ status }) => status === 429);
    expect(refused.length).toBeGreaterThan(0);
    expect(replies.filter(({ status }) => status === 200).length).toBe(replies.length - refused.length);
    for (const reply of refused) {
      expect(Number(reply.headers.get("retry-after"))).toBeGreaterThanOrEqual(1);
      expect(await reply.json()).toMatchObject({ error: { type: "rate_limit_error", code: "queue_full" } });
    }
  });

  it.each([true, false])("stops the model when its client hangs up (stream: %s)", async (stream) => {
    const { url } = await listen();
    const calls = vi.spyOn(fixture.random.native, "generate").mockClear();
    const gone = new AbortController();
    const reply = chat(url, "What of it?", { stream }, gone.signal);
    if (stream) await (await reply).body!.getReader().read();
    else await vi.waitFor(() => expect(calls).toHaveBeenCalledTimes(1));
    gone.abort();
    await reply.catch(() => undefined);
    expect(await finishReasons(calls)).toEqual(["abort"]);
    await vi.waitFor(async () => {
      const metrics = await (await fetch(`${url}/metrics`)).text();
      expect(metrics).toMatch(/^sqltune_http_request_seconds_count\{.*completions",status="499"\} 1$/m);
      expect(metrics).toMatch(/^sqltune_queue_active 0$/m);
    });
  });

  it("finishes what it has accepted before it closes, and takes nothing more", async () => {
    const { app, url } = await listen();
    const calls = vi.spyOn(fixture.random.native, "generate").mockClear();
    const streaming = await chat(url, "one", { stream: true });
    // One that is computed after the close has begun, and has nothing of its answer yet.
    const waiting = chat(url, "two", { max_tokens: 300 });
    await vi.waitFor(async () =>
      expect(await (await fetch(`${url}/metrics`)).text()).toMatch(/^sqltune_queue_depth 1$/m),
    );
    expect(calls).toHaveBeenCalledTimes(1);
    const silent = connect((app.server.address() as AddressInfo).port, "127.0.0.1");
    await once(silent, "connect");
    const closed = app.close();
    expect(await streaming.text()).toMatch(/"finish_reason":"(stop|length)".*\n\ndata: \[DONE\]\n\n$/s);
    expect(await (await waiting).json()).toMatchObject({ object: "chat.completion" });
    await closed;
    await expect(fetch(`${url}/health`)).rejects.toThrow();
  }, 30_000);
});

describe("a stream of events", () => {
  it("waits for a client that reads slowly, and cuts off one that does not read", async () => {
    const app = fastify();
    const outcome = new Promise<unknown>((resolve) => {
      app.get("/", async (_, reply) => {
        const events = new EventStream(reply, 300);
        events.open();
        const block = "x".repeat(2 ** 20);
        try {
          for (let i = 0; i < 64; i++) await events.send(block);
          resolve("all was written");
        } catch (error) {
          resolve((error as Error).message);
        }
        return reply;
      });
    });
    await app.listen({ host: "127.0.0.1", port: 0 });
    const socket = connect((app.server.address() as AddressInfo).port, "127.0.0.1");
    socket.write("GET / HTTP/1.1\r\nhost: localhost\r\n\r\n");
    socket.pause();
    expect(await outcome).toBe("the client has read nothing for 300 ms");
    socket.on("error", () => {}).resume();
    await once(socket, "close");
    await app.close();
  });
});
