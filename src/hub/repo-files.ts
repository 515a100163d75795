import { randomUUID } from "node:crypto";
import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { SqltuneError } from "../errors.js";
import { sqltuneCacheFolder } from "./cache-folder.js";
import { HubCache, type HubRepo } from "./hub-cache.js";
import { type DownloadOptions, downloadFiles } from "./hub-download.js";
import { readHubEnvironment } from "./hub-environment.js";
import { type HubFile, listRepo } from "./hub-repo.js";
import { HubUnreachable } from "./hub-request.js";

export interface RepoFilesOptions extends DownloadOptions {
  /** Branch, tag or commit. Default "main". */
  revision?: string | undefined;
  /** Never touch the network; HF_HUB_OFFLINE=1 says the same. */
  offline?: boolean | undefined;
  /** Ask the Hub for the newest commit even when the cache has the files. */
  refresh?: boolean | undefined;
}

/**
 * Chosen files of a repository as a snapshot folder in the Hub's cache. Which files were chosen is written down in
 * sqltune's own cache: the Hub's cannot tell a whole snapshot from one that somebody took a single file of.
 */
export async function resolveRepoFiles(
  repo: HubRepo,
  choose: (files: HubFile[]) => HubFile[],
  options: RepoFilesOptions = {},
): Promise<string> {
  const hub = await readHubEnvironment();
  const cache = new HubCache(hub.cacheDir, repo);
  const revision = options.revision ?? "main";
  const offline = options.offline || hub.offline;
  const known = await cache.commitOf(revision);
  const cached = known !== undefined && (await isWhole(repo, known, cache)) ? cache.snapshot(known) : undefined;
  if (cached && (offline || !options.refresh)) return cached;
  if (offline) {
    throw new SqltuneError(
      `${repo.name} is not whole in the cache ${hub.cacheDir}, and the network may not be used (HF_HUB_OFFLINE or offline).`,
      { code: "ERR_SQLTUNE_OFFLINE" },
    );
  }
  try {
    const { commit, files } = await listRepo(repo, revision, hub, { signal: options.signal, timeoutMs: 15_000 });
    const chosen = choose(files);
    await downloadFiles({ repo, commit, files: chosen, cache, hub }, options);
    await writeRecord(repo, commit, chosen);
    await cache.writeRef(revision, commit);
    return cache.snapshot(commit);
  } catch (error) {
    if (cached && error instanceof HubUnreachable) return cached;
    throw error;
  }
}

async function isWhole(repo: HubRepo, commit: string, cache: HubCache): Promise<boolean> {
  const json = await readFile(recordPath(repo, commit), "utf8").catch(() => "[]");
  const paths = JSON.parse(json) as string[];
  const present = await Promise.all(paths.map((path) => cache.has(commit, path)));
  return paths.length > 0 && present.every(Boolean);
}

async function writeRecord(repo: HubRepo, commit: string, files: HubFile[]): Promise<void> {
  const path = recordPath(repo, commit);
  await mkdir(dirname(path), { recursive: true });
  const temporary = `${path}.${randomUUID().slice(0, 8)}.tmp`;
  await writeFile(temporary, JSON.stringify(files.map((file) => file.path)));
  await rename(temporary, path);
}

function recordPath(repo: HubRepo, commit: string): string {
  return join(sqltuneCacheFolder(), "hub", `${repo.type}s--${repo.name.replaceAll("/", "--")}--${commit}.json`);
}
