import { createHash } from "node:crypto";
import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

export interface HostedRepo {
  type: "models" | "datasets";
  id: string;
  commit: string;
  files: Record<string, Buffer>;
  /** Those kept in LFS: named by sha256 and served by another host, as the Hub's CDN is. */
  lfs: string[];
  gated?: boolean;
}

export interface Seen {
  host: "hub" | "cdn";
  method: string;
  path: string;
  authorization: string | undefined;
  range: string | undefined;
}

/**
 * A Hub on loopback: the API for a repository's commit and tree (in pages), `resolve` with ETag and X-Repo-Commit,
 * redirects of large files to a second host with ranges, refusals with X-Error-Code. As described in the Hub's API docs and
 * spoken by huggingface_hub and @huggingface/hub.
 */
export class HubServer implements AsyncDisposable {
  readonly seen: Seen[] = [];
  readonly repos: HostedRepo[] = [];
  /** Path -> byte after which the CDN drops the connection, once an entry. */
  readonly cuts = new Map<string, number[]>();
  /** Paths whose bytes arrive changed. */
  readonly damaged = new Set<string>();
  /** Answer everything with this status. */
  down: number | undefined;
  ranges = true;
  static readonly TOKEN = "hf_testtoken";
  readonly #hub: Server;
  readonly #cdn: Server;

  private constructor() {
    this.#hub = createServer((request, response) => this.#answerHub(request, response));
    this.#cdn = createServer((request, response) => this.#answerCdn(request, response));
  }

  static async start(): Promise<HubServer> {
    const server = new HubServer();
    for (const each of [server.#hub, server.#cdn]) {
      each.listen(0, "127.0.0.1");
      await once(each, "listening");
    }
    return server;
  }

  get endpoint(): string {
    return `http://127.0.0.1:${(this.#hub.address() as AddressInfo).port}`;
  }

  get #cdnEndpoint(): string {
    return `http://127.0.0.1:${(this.#cdn.address() as AddressInfo).port}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const each of [this.#hub, this.#cdn]) {
      each.closeAllConnections();
      each.close();
      await once(each, "close");
    }
  }

  #record(host: "hub" | "cdn", request: IncomingMessage): void {
    const { method = "", url = "", headers } = request;
    this.seen.push({ host, method, path: url, authorization: headers.authorization, range: headers.range });
  }

  #answerHub(request: IncomingMessage, response: ServerResponse): void {
    this.#record("hub", request);
    if (this.down !== undefined) {
      response.writeHead(this.down).end("down");
      return;
    }
    const url = new URL(request.url ?? "/", this.endpoint);
    const path = decodeURIComponent(url.pathname);
    const repo = this.repos.find(({ type, id }) => {
      const page = type === "models" ? `/${id}/` : `/datasets/${id}/`;
      return path.startsWith(`/api/${type}/${id}/`) || path.startsWith(page);
    });
    const known = request.headers.authorization === `Bearer ${HubServer.TOKEN}`;
    const refuse = (status: number, code: string, message: string): void => {
      response.writeHead(status, {
        "x-error-code": code,
        "x-error-message": message,
        "content-type": "application/json",
      });
      response.end(JSON.stringify({ error: message }));
    };
    const api = path.startsWith("/api/");
    const [verb, revision, ...file] = path.split(`/${repo?.id}/`)[1]?.split("/") ?? [];
    if (!repo) refuse(known ? 404 : 401, "RepoNotFound", "Repository not found");
    else if (repo.gated && !known && !api) refuse(401, "GatedRepo", "Access to this repository is restricted.");
    else if (revision !== "main" && revision !== repo.commit) refuse(404, "RevisionNotFound", "Invalid rev id");
    else if (api && verb === "revision") this.#json(response, { id: repo.id, _id: "1", sha: repo.commit, ...INFO });
    else if (api && verb === "tree") this.#tree(url, repo, response);
    else if (verb === "resolve") this.#resolve(repo, file.join("/"), request, response);
    else refuse(404, "EntryNotFound", "Entry not found");
  }

  #tree(url: URL, repo: HostedRepo, response: ServerResponse): void {
    const all = Object.keys(repo.files).map((path) => {
      const bytes = repo.files[path]!;
      const entry = { type: "file", path, size: bytes.length, oid: gitSha1(bytes) };
      return repo.lfs.includes(path)
        ? { ...entry, lfs: { oid: sha256(bytes), size: bytes.length, pointerSize: 130 } }
        : entry;
    });
    const start = Number(url.searchParams.get("cursor") ?? 0);
    const next = new URL(url);
    next.searchParams.set("cursor", String(start + 4));
    if (start + 4 < all.length) response.setHeader("link", `<${next.href}>; rel="next"`);
    this.#json(response, [{ type: "directory", path: "onnx", size: 0, oid: "0" }, ...all.slice(start, start + 4)]);
  }

  #resolve(repo: HostedRepo, path: string, request: IncomingMessage, response: ServerResponse): void {
    const bytes = repo.files[path];
    response.setHeader("x-repo-commit", repo.commit);
    if (!bytes) {
      response.writeHead(404, { "x-error-code": "EntryNotFound" }).end();
    } else if (repo.lfs.includes(path)) {
      const location = `${this.#cdnEndpoint}/${sha256(bytes)}?path=${encodeURIComponent(path)}`;
      const linked = { "x-linked-etag": `"${sha256(bytes)}"`, "x-linked-size": String(bytes.length) };
      response.writeHead(302, { location, ...linked }).end();
    } else {
      response.setHeader("etag", `"${gitSha1(bytes)}"`);
      this.#send(bytes, path, request, response);
    }
  }

  #answerCdn(request: IncomingMessage, response: ServerResponse): void {
    this.#record("cdn", request);
    const path = new URL(request.url ?? "/", this.#cdnEndpoint).searchParams.get("path") ?? "";
    const bytes = this.repos.map(({ files }) => files[path]).find((found) => found !== undefined);
    if (!bytes) return void response.writeHead(404).end();
    response.setHeader("etag", `"${sha256(bytes)}"`);
    this.#send(bytes, path, request, response);
  }

  #send(whole: Buffer, path: string, request: IncomingMessage, response: ServerResponse): void {
    let bytes = whole;
    if (this.damaged.has(path)) {
      bytes = Buffer.from(whole);
      bytes[0] = bytes[0]! ^ 0xff;
    }
    const start = this.ranges ? /^bytes=(\d+)-/.exec(request.headers.range ?? "")?.[1] : undefined;
    const part = bytes.subarray(Number(start ?? 0));
    response.writeHead(start === undefined ? 200 : 206, {
      "content-length": part.length,
      ...(start === undefined ? {} : { "content-range": `bytes ${start}-${bytes.length - 1}/${bytes.length}` }),
    });
    if (request.method === "HEAD") return void response.end();
    const cut = this.cuts.get(path)?.shift();
    if (cut === undefined) return void response.end(part);
    response.write(part.subarray(0, cut), () => setTimeout(() => response.destroy(), 50));
  }

  #json(response: ServerResponse, value: unknown): void {
    response.setHeader("content-type", "application/json");
    response.end(JSON.stringify(value));
  }
}

const INFO = {
  private: false,
  gated: false,
  downloads: 1,
  likes: 1,
  lastModified: "2024-01-01T00:00:00.000Z",
  tags: [],
  siblings: [],
};

export function sha256(bytes: Buffer): string {
  return createHash("sha256").update(bytes).digest("hex");
}

function gitSha1(bytes: Buffer): string {
  return createHash("sha1").update(`blob ${bytes.length}\0`).update(bytes).digest("hex");
}
