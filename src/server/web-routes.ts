import { join } from "node:path";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { packageRoot } from "../native/package-root.js";
import { framedPage, readWebFiles, type WebFile } from "./web-files.js";

/** Where the build puts the page: in the package, whether this runs from dist or from the sources. */
const BUILT_PAGE = join(packageRoot, "dist", "web");

/**
 * The web page at / and its files, each at a path of its own that is known when the server starts: nothing of a request
 * becomes a path. They hold no data and need no key; what they ask for then does.
 */
export async function webRoutes(app: FastifyInstance, folder: string = BUILT_PAGE): Promise<void> {
  const files = await readWebFiles(folder);
  const options = { schema: { hide: true }, config: { open: true, rateLimit: false as const } };
  if (!files.has("/")) {
    app.get("/", options, (_, reply) => reply.code(503).type("text/plain; charset=utf-8").send(NOT_BUILT));
  }
  for (const [path, file] of files) {
    const answer = path === "/" ? sendFrame : sendFile;
    app.get(path, options, (request, reply) => answer(file, request, withHeaders(reply)));
  }
}

const NOT_BUILT = `sqltune is running, but its web page has not been built.

  npm run build    builds it; start the server again then.

The API works without it and is described at /docs.
`;

function withHeaders(reply: FastifyReply): FastifyReply {
  return reply.headers({
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
  });
}

/** Asked for anew each time: it names the files of the present build, and its nonce is used once. */
async function sendFrame(file: WebFile, _: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  const { html, policy } = framedPage(file);
  const permissions = "camera=(), geolocation=(), microphone=()";
  reply.headers({ "content-security-policy": policy, "permissions-policy": permissions, "cache-control": "no-cache" });
  return reply.type(file.type).send(html);
}

async function sendFile(file: WebFile, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  const kept = file.hashed ? "public, max-age=31536000, immutable" : "no-cache";
  reply.headers({ "cache-control": kept, etag: file.etag, vary: "accept-encoding" });
  if (request.headers["if-none-match"]?.split(/\s*,\s*/).includes(file.etag)) return reply.code(304).send();
  const gzip = acceptsGzip(request) ? await file.compressed() : null;
  if (gzip) reply.header("content-encoding", "gzip");
  return reply.type(file.type).send(gzip ?? file.body);
}

function acceptsGzip({ headers }: FastifyRequest): boolean {
  const accepted = String(headers["accept-encoding"] ?? "");
  return /\bgzip\b/i.test(accepted) && !/\bgzip\s*;\s*q=0(?:\.0*)?\s*(?:,|$)/i.test(accepted);
}
