import { createHash, timingSafeEqual } from "node:crypto";
import { normalizeIP } from "@fastify/rate-limit";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { HttpError } from "./http-error.js";

/** What answers without a key: is it alive, and how is it called. Routes whose config says `open` do too. */
const OPEN = /^\/(?:health|docs)(?:\/|$)/;
const LOOPBACK_HOST = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])(?::\d+)?$/i;

declare module "fastify" {
  interface FastifyRequest {
    /** Digest of the known key that came with the request; null without one, whatever else was sent. */
    client: string | null;
  }
  interface FastifyContextConfig {
    /** Whether the route answers without a key, and under any name. */
    open?: boolean;
  }
}

/**
 * Lets in who has a key; without keys, who calls this machine by its own name.
 *
 * @param origins whose pages may call the server
 * @param onDenied called before a request is refused, and may refuse it for another reason: who guesses keys is slowed down
 */
export function guardAccess(
  app: FastifyInstance,
  keys: readonly string[],
  origins: readonly string[],
  onDenied: (request: FastifyRequest, reply: FastifyReply) => Promise<void>,
): void {
  const known = keys.map(digest);
  app.decorateRequest("client", null);
  app.addHook("onRequest", async (request, reply) => {
    const given = known.length === 0 ? null : keyOf(request);
    if (given !== null) request.client = knownDigest(digest(given), known);
    // A preflight never carries the key of the request that it asks for.
    if (isOpen(request) || request.method === "OPTIONS") return;
    if (known.length === 0) {
      requireLocalHost(request);
      return requireOwnPage(request, origins);
    }
    if (request.client !== null) return;
    await onDenied(request, reply);
    if (given === null) throw denied("An API key is missing: send Authorization: Bearer KEY, or X-API-Key: KEY.");
    throw denied("The API key is not known.");
  });
}

function isOpen({ url, routeOptions }: FastifyRequest): boolean {
  return routeOptions.config?.open === true || OPEN.test(url.split("?")[0]!);
}

/** Whom requests are counted by: the key that was checked, as anyone can make up another one each time; else the address, of which one host may have a whole /64. */
export function clientOf(request: FastifyRequest): string {
  return request.client ?? normalizeIP(request.ip, 64);
}

/** Kept prefixes are shared among the requests of one key and model alone: how fast an answer comes tells who asked before. */
export function cacheKeyOf({ client }: FastifyRequest, model: string): string {
  return createHash("sha256")
    .update(`${client ?? ""}\n${model}`)
    .digest("hex");
}

/** The key of a request, by either header; null without one. */
function keyOf(request: FastifyRequest): string | null {
  const { authorization } = request.headers;
  const bearer = /^Bearer +(\S+) *$/i.exec(authorization ?? "")?.[1];
  const own = request.headers["x-api-key"];
  return bearer ?? (typeof own === "string" && own !== "" ? own : null);
}

/** Digests are of equal length, and every key is compared: the time tells neither which one nor how far it matched. */
function knownDigest(given: Buffer, known: readonly Buffer[]): string | null {
  let found = false;
  for (const key of known) found = timingSafeEqual(given, key) || found;
  return found ? given.toString("hex") : null;
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

/**
 * Any page may send a simple POST to any address, though it cannot read the reply (cross-site request forgery). A browser says
 * from which page; where no key stands in the way, only the server's own pages may change something.
 */
function requireOwnPage({ method, headers }: FastifyRequest, origins: readonly string[]): void {
  const { origin, host } = headers;
  if (method === "GET" || method === "HEAD" || origin === undefined || origins.includes(origin)) return;
  if (URL.canParse(origin) && new URL(origin).host === host) return;
  const page = JSON.stringify(origin);
  throw new HttpError(403, `A page of ${page} may not do this. Allow it with --cors, or give the server API keys.`, {
    code: "origin_not_allowed",
  });
}

function denied(message: string): HttpError {
  return new HttpError(401, message, { code: "invalid_api_key" });
}
