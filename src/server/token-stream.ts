import type { FastifyReply } from "fastify";
import type { Answer, StreamedToken } from "../infer/index.js";
import { PushQueue } from "../infer/push-queue.js";
import type { Admitted } from "./admission.js";
import { asHttpError, openAiError } from "./error-replies.js";
import { EventStream } from "./event-stream.js";

export interface TokenStreamEvents {
  reply: FastifyReply;
  drainMs: number;
  /** Starts the model; its tokens are kept until the client has read those before. */
  ask: (onToken: (token: StreamedToken) => void) => Promise<Admitted<Answer>>;
  /** Before the first token. */
  open?: (events: EventStream) => Promise<void>;
  token: (events: EventStream, token: StreamedToken) => Promise<void>;
  /** After the last token; `rest` is text of the answer that no token gave. */
  close: (events: EventStream, admitted: Admitted<Answer>, rest: string) => Promise<void>;
}

/**
 * Streams an answer. What goes wrong before the first token is thrown and answered with its status; later it is an event
 * of its own. A slow reader does not hold the model up: the tokens of an answer are few and wait here.
 */
export async function streamTokens({ reply, drainMs, ask, open, token, close }: TokenStreamEvents): Promise<void> {
  const tokens = new PushQueue<StreamedToken>();
  const answering = ask((it) => tokens.push(it));
  answering.then(
    () => tokens.end(),
    (error: unknown) => tokens.fail(error),
  );
  const incoming = tokens[Symbol.asyncIterator]();
  let next = await incoming.next();
  const events = new EventStream(reply, drainMs);
  events.open();
  let sent = "";
  try {
    await open?.(events);
    for (; !next.done; next = await incoming.next()) {
      sent += next.value.text;
      await token(events, next.value);
    }
    const admitted = await answering;
    const { text } = admitted.result;
    await close(events, admitted, text.startsWith(sent) ? text.slice(sent.length) : "");
  } catch (error) {
    if (!reply.raw.destroyed) await tellError(events, error as Error, reply);
  } finally {
    events.end();
    await answering.catch(() => undefined);
  }
}

async function tellError(events: EventStream, error: Error, reply: FastifyReply): Promise<void> {
  const known = asHttpError(error);
  if (known.statusCode >= 500) reply.log.error({ err: error }, "stream failed");
  await events.send(openAiError(known, known.statusCode)).catch(() => undefined);
}
