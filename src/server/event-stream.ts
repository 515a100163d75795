import { once } from "node:events";
import type { FastifyReply } from "fastify";

/** Server-sent events to one client that may read slowly, or not at all. */
export class EventStream {
  constructor(
    private readonly reply: FastifyReply,
    /** Milliseconds a full buffer may take to empty. */
    private readonly drainMs: number,
  ) {}

  /** Sends the headers; from here on errors are events. */
  open(): void {
    const { reply } = this;
    reply.hijack();
    // Headers that hooks have set: CORS, rate limits, the request's id.
    for (const [name, value] of Object.entries(reply.getHeaders())) {
      if (value !== undefined) reply.raw.setHeader(name, value);
    }
    reply.raw.writeHead(200, {
      "content-type": "text/event-stream; charset=utf-8",
      "cache-control": "no-cache, no-transform",
      // nginx holds back a stream otherwise.
      "x-accel-buffering": "no",
    });
    reply.raw.flushHeaders();
  }

  /** @param data text, or what is written as JSON. @throws Error when the client is gone or reads too slowly. */
  async send(data: unknown, event?: string): Promise<void> {
    const { raw } = this.reply;
    if (raw.destroyed) throw new Error("the client has gone");
    const text = typeof data === "string" ? data : JSON.stringify(data);
    if (raw.write(`${event === undefined ? "" : `event: ${event}\n`}data: ${text}\n\n`)) return;
    const late = new AbortController();
    const timer = setTimeout(() => late.abort(), this.drainMs);
    try {
      await Promise.race([
        once(raw, "drain", { signal: late.signal }),
        once(raw, "close", { signal: late.signal }).then(() => {
          throw new Error("the client has gone");
        }),
      ]);
    } catch (error) {
      raw.destroy();
      throw late.signal.aborted ? new Error(`the client has read nothing for ${this.drainMs} ms`) : error;
    } finally {
      clearTimeout(timer);
      late.abort();
    }
  }

  end(): void {
    this.reply.raw.end();
  }
}
