import { mkdir, rename, statfs, unlink } from "node:fs/promises";
import { dirname } from "node:path";
import { SqltuneError } from "../errors.js";
import { formatBytes } from "./format-bytes.js";
import { exists, type HubCache, type HubRepo } from "./hub-cache.js";
import type { HubEnvironment } from "./hub-environment.js";
import type { HubFile } from "./hub-repo.js";
import { HubUnreachable, hubFetch } from "./hub-request.js";
import { PartialFile } from "./partial-file.js";
import type { DownloadProgress } from "./types.js";

export interface DownloadOptions {
  signal?: AbortSignal | undefined;
  onProgress?: ((progress: DownloadProgress) => void) | undefined;
  /** Told once, before anything is downloaded: how much, how many files, from where. */
  onLine?: ((line: string) => void) | undefined;
}

const ATTEMPTS = 4;
const RETRY_MS = 500;
/** A server that sends nothing for this long is given up and asked again. */
const SILENCE_MS = 60_000;

/**
 * Puts files of one commit into the cache and links them into its snapshot; what is there already is not asked for.
 *
 * The package's own downloadFileToCacheDir is not used: it neither resumes a file, nor reports progress, nor checks what
 * arrived, and prints to stdout. Plain HTTP with ranges works for every repository, Xet-backed ones included.
 */
export async function downloadFiles(
  {
    repo,
    commit,
    files,
    cache,
    hub,
  }: { repo: HubRepo; commit: string; files: HubFile[]; cache: HubCache; hub: HubEnvironment },
  options: DownloadOptions = {},
): Promise<void> {
  const missing: HubFile[] = [];
  for (const file of files) {
    if (!(await exists(cache.blob(file.hash)))) missing.push(file);
    else if (!(await cache.has(commit, file.path))) await cache.link(file.hash, commit, file.path);
  }
  const total = missing.reduce((sum, { size }) => sum + size, 0);
  if (missing.length > 0) {
    await mkdir(dirname(cache.blob("x")), { recursive: true });
    await checkSpace(dirname(cache.blob("x")), total);
    const count = missing.length === 1 ? "1 file" : `${missing.length} files`;
    options.onLine?.(`Downloading ${repo.name} from ${hub.endpoint}: ${formatBytes(total)} in ${count}`);
  }
  let before = 0;
  for (const file of missing) {
    const done = before;
    const onBytes = (bytes: number): void => options.onProgress?.({ file: file.path, received: done + bytes, total });
    onBytes(0);
    await downloadBlob({ repo, commit, file, cache, hub, signal: options.signal, onBytes });
    await cache.link(file.hash, commit, file.path);
    before += file.size;
  }
}

interface BlobDownload {
  repo: HubRepo;
  commit: string;
  file: HubFile;
  cache: HubCache;
  hub: HubEnvironment;
  signal: AbortSignal | undefined;
  /** Bytes of this file that are on the disk. */
  onBytes: (bytes: number) => void;
}

async function downloadBlob(download: BlobDownload): Promise<void> {
  const { repo, file, cache, hub, signal, onBytes } = download;
  const partial = await PartialFile.claim(cache.blob(file.hash), file);
  try {
    for (let attempt = 1; partial.size < file.size; attempt++) {
      const before = partial.size;
      try {
        await receive(download, partial);
      } catch (error) {
        signal?.throwIfAborted();
        if (!isPassing(error)) throw error;
        // An attempt that brought something does not count: a slow line that breaks often still gets there.
        if (partial.size > before) attempt = 0;
        if (attempt >= ATTEMPTS) throw error;
        await new Promise((resolve) => setTimeout(resolve, RETRY_MS * attempt));
      }
    }
    onBytes(file.size);
    const hash = await partial.finish();
    if (hash !== file.hash) {
      await unlink(partial.path);
      throw new SqltuneError(
        `${file.path} of ${repo.name} arrived damaged from ${hub.endpoint}: its ${file.hashKind} is ${hash}, ` +
          `expected ${file.hash}. What arrived was removed; run the command again.`,
        { code: "ERR_SQLTUNE_CHECKSUM" },
      );
    }
    await rename(partial.path, cache.blob(file.hash));
  } finally {
    await partial.release();
  }
}

/** Asks for what is still missing and appends it. */
async function receive(download: BlobDownload, partial: PartialFile): Promise<void> {
  const { repo, commit, file, hub, onBytes } = download;
  const silence = new AbortController();
  let timer = setTimeout(() => silence.abort(), SILENCE_MS);
  const signals = [silence.signal, download.signal].filter((signal) => signal !== undefined);
  try {
    const response = await hubFetch(repo, hub, { timeoutMs: SILENCE_MS })(fileUrl(repo, commit, file, hub), {
      signal: AbortSignal.any(signals),
      headers: {
        ...(partial.size > 0 ? { range: `bytes=${partial.size}-` } : {}),
        ...(hub.token ? { authorization: `Bearer ${hub.token}` } : {}),
      },
    });
    // A server that does not do ranges sends the whole file again.
    if (response.status === 200 && partial.size > 0) await partial.restart();
    for await (const chunk of response.body ?? []) {
      clearTimeout(timer);
      timer = setTimeout(() => silence.abort(), SILENCE_MS);
      await partial.append(chunk);
      onBytes(partial.size);
    }
    if (partial.size < file.size) {
      throw new HubUnreachable(`${hub.endpoint} closed ${file.path} after ${partial.size} of ${file.size} bytes`);
    }
  } finally {
    clearTimeout(timer);
  }
}

function fileUrl(repo: HubRepo, commit: string, file: HubFile, hub: HubEnvironment): string {
  const prefix = repo.type === "dataset" ? "datasets/" : "";
  return `${hub.endpoint}/${prefix}${repo.name}/resolve/${commit}/${file.path.split("/").map(encodeURIComponent).join("/")}`;
}

/** Broken connections and overloaded servers; not refusals, damage or a full disk. */
function isPassing(error: unknown): boolean {
  return error instanceof HubUnreachable || error instanceof TypeError || (error as Error).name === "AbortError";
}

async function checkSpace(folder: string, needed: number): Promise<void> {
  const { bavail, bsize } = await statfs(folder);
  if (bavail * bsize >= needed) return;
  throw new SqltuneError(
    `${folder} has ${formatBytes(bavail * bsize)} free; the download needs ${formatBytes(needed)}. ` +
      "Free some space, or set HF_HOME to a folder on another disk.",
    { code: "ERR_SQLTUNE_DISK_SPACE" },
  );
}
