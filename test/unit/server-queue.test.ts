import { once } from "node:events";
import { type AddressInfo, connect } from "node:net";
import fastify from "fastify";
import { afterEach, describe, expect, it, type MockInstance, vi } from "vitest";
import type { GeneratedRow, NativeModel } from "../../src/native/types.js";
import { EventStream } from "../../src/server/event-stream.js";
import { SINGER, useServer } from "./server-fixture.js";

/** Answers that take their time: clients leave, wait and close while they are computed. */
const fixture = useServer({ layers: 32, endless: true });
/** Questions that the random model answers differently. */
const questions = Array.from({ length: 20 }, (_, i) => `${"What of it?".slice(0, 3 + (i % 8))} ${i * 37}`);
const LONG = 900;

/** The rows of each native call, in the order of the calls. */
async function rowsOf(calls: MockInstance<NativeModel["generate"]>): Promise<GeneratedRow[][]> {
  return Promise.all(calls.mock.results.map(({ value }) => value as ReturnType<NativeModel["generate"]>));
}
const reasonsOf = async (calls: MockInstance<NativeModel["generate"]>) =>
  (await rowsOf(calls)).flat().map(({ finishReason }) => finishReason);

afterEach(() => {
  vi.restoreAllMocks();
});

describe("a listening server", () => {
  const listen = async (options: Parameters<typeof fixture.server>[0] = {}) => {
    const app = await fixture.server({ maxTokens: LONG, ...options });
    await app.listen({ host: "127.0.0.1", port: 0 });
    return { app, url: `http://127.0.0.1:${(app.server.address() as AddressInfo).port}` };
  };
  const messagesOf = (content: string) => [
    { role: "system", content: SINGER },
    { role: "user", content },
  ];
  const chat = (url: string, content: string, more: object = {}, signal?: AbortSignal) =>
    fetch(`${url}/v1/chat/completions`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ messages: [{ role: "user", content }], ...more }),
      signal,
    });

  it("gives 20 clients at once what it gives each alone, streamed or not", async () => {
    const { url } = await listen({ maxTokens: 12 });
    const text = async (question: string, more: object) => {
      const reply = await chat(url, question, { ...more, messages: messagesOf(question) });
      const body = await reply.text();
      const parts = body.startsWith("data: ") ? body.split("\n\n").filter((it) => it.startsWith("data: {")) : [body];
      const choices = parts.flatMap((part) => JSON.parse(part.replace(/^data: /, "")).choices);
      return choices.map(({ message, delta }) => message?.content ?? delta?.content ?? "").join("");
    };
    // Greedy, sampled and streamed: none of them depends on what is computed beside it.
    const ways = [{}, { temperature: 1.2, seed: 5 }, { stream: true }, { temperature: 1.2, seed: 5, stream: true }];
    const asked = questions.map((question, i) => [question, ways[i % ways.length]!] as const);
    const alone: string[] = [];
    for (const [question, way] of asked) alone.push(await text(question, way));
    const calls = vi.spyOn(fixture.random.native, "generate").mockClear();
    expect(await Promise.all(asked.map(([question, way]) => text(question, way)))).toEqual(alone);
    expect(new Set(alone).size).toBeGreaterThan(5);
    // Each client's own call, so that each has its own end.
    expect(calls).toHaveBeenCalledTimes(questions.length);
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

  it.each([true, false])(
    "stops the model for a client that hangs up, and for no other (stream: %s)",
    async (stream) => {
      const { url } = await listen();
      const calls = vi.spyOn(fixture.random.native, "generate").mockClear();
      const gone = new AbortController();
      const staying = chat(url, "Who stays?", { max_tokens: 700 });
      await vi.waitFor(() => expect(calls).toHaveBeenCalledTimes(1));
      const leaving = chat(url, "What of it?", { stream }, gone.signal);
      if (stream) await (await leaving).body!.getReader().read();
      else await vi.waitFor(() => expect(calls).toHaveBeenCalledTimes(2));
      gone.abort();
      await leaving.catch(() => undefined);
      const [stayed] = (await ((await staying).json() as Promise<{ choices: { finish_reason: string }[] }>)).choices;
      expect(await reasonsOf(calls)).toEqual([stayed!.finish_reason, "abort"]);
      expect(stayed!.finish_reason).toMatch(/^(?:stop|length)$/);
      await vi.waitFor(async () => {
        const metrics = await (await fetch(`${url}/metrics`)).text();
        expect(metrics).toMatch(/^sqltune_http_request_seconds_count\{.*completions",status="499"\} 1$/m);
        expect(metrics).toMatch(/^sqltune_queue_active 0$/m);
      });
    },
  );

  it("lets a client leave that still waits, without a call of the model", async () => {
    const { url } = await listen({ batchSize: 1 });
    const calls = vi.spyOn(fixture.random.native, "generate").mockClear();
    const first = chat(url, "one", { max_tokens: 700 });
    await vi.waitFor(() => expect(calls).toHaveBeenCalledTimes(1));
    const gone = new AbortController();
    const waiting = chat(url, "two", {}, gone.signal);
    await vi.waitFor(async () =>
      expect(await (await fetch(`${url}/metrics`)).text()).toMatch(/^sqltune_queue_depth 1$/m),
    );
    gone.abort();
    await expect(waiting).rejects.toThrow();
    expect((await first).status).toBe(200);
    await vi.waitFor(async () =>
      expect(await (await fetch(`${url}/metrics`)).text()).toMatch(/^sqltune_queue_depth 0$/m),
    );
    expect(calls).toHaveBeenCalledTimes(1);
  });

  it("finishes what it has accepted before it closes, and takes nothing more", async () => {
    const { app, url } = await listen({ batchSize: 1 });
    const calls = vi.spyOn(fixture.random.native, "generate").mockClear();
    const streaming = await chat(url, "one", { stream: true });
    // One that is computed after the close has begun, and has nothing of its answer yet.
    const waiting = chat(url, "two", { max_tokens: 700 });
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
