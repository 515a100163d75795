import type { FastifyReply } from "fastify";

/** Aborted when the client closes the connection before its answer is complete. */
export function requestSignal(reply: FastifyReply): AbortSignal {
  const gone = new AbortController();
  const { raw } = reply;
  const leave = () => {
    if (!raw.writableEnded) gone.abort(new DOMException("the client closed the connection", "AbortError"));
  };
  if (raw.destroyed) leave();
  else raw.once("close", leave);
  return gone.signal;
}
