import { setTimeout as sleep } from "node:timers/promises";
import type { FastifyReply } from "fastify";
import { readRunEvents } from "../runs/index.js";
import { EventStream } from "./event-stream.js";
import { HttpError } from "./http-error.js";
import { requestSignal } from "./request-signal.js";
import { describeRun, type RunsFolder } from "./runs-folder.js";

/** Each looks at files as long as its page is open. */
const MOST_STREAMS = 32;
const LOOK_MS = 1000;
const ENDED = new Set(["done", "interrupted", "failed", "dead"]);

/**
 * Runs as they go on, to whoever watches: `run` events are lines of metrics.jsonl, `status` says how the run stands when
 * that changes, `restart` that it went back to a checkpoint and its events come anew, `end` that no more will come.
 */
export class RunStreams {
  private open = 0;
  private readonly closing = new AbortController();

  constructor(
    private readonly runs: RunsFolder,
    private readonly drainMs: number,
    private readonly lookMs = LOOK_MS,
  ) {}

  /** A server that ends waits for its answers, and these would never end. */
  close(): void {
    this.closing.abort();
  }

  /** @throws HttpError 404, 429 */
  async serve(id: string, after: number, reply: FastifyReply): Promise<void> {
    const folder = await this.runs.folderOf(id);
    if (this.open >= MOST_STREAMS) {
      throw new HttpError(429, `${this.open} runs are watched already. Try again later.`, {
        ...{ code: "too_many_streams", retryAfter: 10 },
      });
    }
    const signal = AbortSignal.any([requestSignal(reply), this.closing.signal]);
    const events = new EventStream(reply, this.drainMs);
    this.open++;
    try {
      events.open();
      await this.follow(id, folder, after, events, signal);
    } catch {
      // The reader has gone, the server ends, or the folder was taken away: the stream ends, and a page asks again.
    } finally {
      this.open--;
      events.end();
    }
  }

  private async follow(
    id: string,
    folder: string,
    after: number,
    events: EventStream,
    signal: AbortSignal,
  ): Promise<void> {
    let next = after;
    let said = "";
    for (let looks = 0; ; looks++) {
      // The state first: a run that has ended by now has written all its events.
      const run = await this.runs.read(id);
      const page = await readRunEvents(folder, { after: next });
      if (page.restarted) await events.send({ next: 0 }, "restart");
      for (const event of page.events) await events.send(event, "run");
      next = page.next;
      const status = JSON.stringify(describeRun(summaryOf(run)));
      if (status !== said) await events.send(status, "status");
      // Proxies and browsers give up on a connection that says nothing.
      else if (looks % 15 === 14) await events.send({ next }, "still");
      said = status;
      if (ENDED.has(run.state)) return events.send({ next }, "end");
      await sleep(this.lookMs, undefined, { signal });
    }
  }
}

type Summary = Parameters<typeof describeRun>[0];

function summaryOf(run: Summary): Summary {
  const { id, folder, state, phase, reason, step, steps, started, heartbeat, pid, stopping, loss, best } = run;
  return { id, folder, state, phase, reason, step, steps, started, heartbeat, pid, stopping, loss, best };
}
