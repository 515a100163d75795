import { createHash, timingSafeEqual } from "node:crypto";
import type { FastifyInstance, FastifyRequest } from "fastify";
import { HttpError } from "./http-error.js";

/** What answers without a key: is it alive, and how is it called. */
const OPEN = /^\/(?:health|docs)(?:\/|$)/;
const LOOPBACK_HOST = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])(?::\d+)?$/i;

/** Lets in who has a key; without keys, who calls this machine by its own name. */
export function guardAccess(app: FastifyInstance, keys: readonly string[]): void {
  const known = keys.map(digest);
  app.addHook("onRequest", async (request) => {
    // A preflight never carries the key of the request that it asks for.
    if (OPEN.test(request.url.split("?")[0]!) || request.method === "OPTIONS") return;
    if (known.length === 0) return requireLocalHost(request);
    const given = keyOf(request);
    if (given === null) throw denied("An API key is missing: send Authorization: Bearer KEY, or X-API-Key: KEY.");
    if (!isKnown(digest(given), known)) throw denied("The API key is not known.");
  });
}

/** The key of a request, by either header; null without one. */
export function keyOf(request: FastifyRequest): string | null {
  const { authorization } = request.headers;
  const bearer = /^Bearer +(\S+) *$/i.exec(authorization ?? "")?.[1];
  const own = request.headers["x-api-key"];
  return bearer ?? (typeof own === "string" && own !== "" ? own : null);
}

/** Digests are of equal length, and every key is compared: the time tells neither which one nor how far it matched. */
function isKnown(given: Buffer, known: readonly Buffer[]): boolean {
  let found = false;
  for (const key of known) found = timingSafeEqual(given, key) || found;
  return found;
}

function digest(key: string): Buffer {
  return createHash("sha256").update(key).digest();
}

/**
 * A web page may point a host name of its own at 127.0.0.1 and then call this server as its own origin (DNS rebinding).
 * Where no key stands in the way, the name it is called by does.
 */
function requireLocalHost(request: FastifyRequest): void {
  const { localAddress } = request.raw.socket;
  const onLoopback = localAddress === undefined || /^(?:127\.|::1$|::ffff:127\.)/.test(localAddress);
  const { host } = request.headers;
  if (!onLoopback || host === undefined || LOOPBACK_HOST.test(host)) return;
  throw new HttpError(
    403,
    `This server is called as localhost, not as ${JSON.stringify(host)}, unless it has API keys.`,
    {
      code: "host_not_allowed",
    },
  );
}

function denied(message: string): HttpError {
  return new HttpError(401, message, { code: "invalid_api_key" });
}
