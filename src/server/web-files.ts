import { createHash, randomBytes } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { extname, join, relative, sep } from "node:path";
import { promisify } from "node:util";
import { gzip } from "node:zlib";

/** One file of the built page, held in memory. */
export interface WebFile {
  body: Buffer;
  type: string;
  etag: string;
  /** Its name has a hash of its content: what it says never changes. */
  hashed: boolean;
  /** Compressed when it is first asked for; null where that gains nothing. */
  compressed(): Promise<Buffer | null>;
}

const TYPES: Record<string, string> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".svg": "image/svg+xml",
  ".png": "image/png",
  ".ico": "image/x-icon",
  ".json": "application/json; charset=utf-8",
  ".webmanifest": "application/manifest+json; charset=utf-8",
  ".woff2": "font/woff2",
  ".txt": "text/plain; charset=utf-8",
};
const COMPRESSIBLE = /^(?:text|image\/svg|application)/;

/** The files of a folder by the path they are served at; files of other kinds are left out. Empty without the folder. */
export async function readWebFiles(folder: string): Promise<Map<string, WebFile>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  const files = new Map<string, WebFile>();
  for (const entry of entries) {
    const type = TYPES[extname(entry.name).toLowerCase()];
    if (!entry.isFile() || type === undefined) continue;
    const file = join(entry.parentPath, entry.name);
    const path = `/${relative(folder, file).split(sep).join("/")}`;
    files.set(path === "/index.html" ? "/" : path, webFile(await readFile(file), type, path));
  }
  return files;
}

function webFile(body: Buffer, type: string, path: string): WebFile {
  let compressing: Promise<Buffer | null> | undefined;
  return {
    body,
    type,
    etag: `"${createHash("sha256").update(body).digest("hex").slice(0, 32)}"`,
    hashed: path.startsWith("/assets/"),
    compressed: () => {
      compressing ??= COMPRESSIBLE.test(type) && body.length > 1024 ? compress(body) : Promise.resolve(null);
      return compressing;
    },
  };
}

const compress = (body: Buffer): Promise<Buffer> => promisify(gzip)(body, { level: 9 });

/** Where index.html has this, each answer has a nonce of its own: an editor that makes its style sheet itself needs one. */
const NONCE_PLACE = "CSP_NONCE";

/** The page's frame with a fresh nonce, and the policy that goes with it. Nothing but this server's own files is loaded. */
export function framedPage({ body }: WebFile): { html: string; policy: string } {
  const nonce = randomBytes(18).toString("base64");
  const policy = [
    "default-src 'none'",
    "script-src 'self'",
    `style-src 'self' 'nonce-${nonce}'`,
    // Charts and downloads are made in the page.
    "img-src 'self' blob:",
    "font-src 'self'",
    "connect-src 'self'",
    "manifest-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join("; ");
  return { html: body.toString("utf8").replaceAll(NONCE_PLACE, nonce), policy };
}
