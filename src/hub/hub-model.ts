import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { SqltuneError } from "../errors.js";
import { HubCache, type HubRepo } from "./hub-cache.js";
import { type DownloadOptions, downloadFiles } from "./hub-download.js";
import { type HubEnvironment, readHubEnvironment } from "./hub-environment.js";
import { type HubFile, type HubListing, listRepo } from "./hub-repo.js";
import { HubUnreachable } from "./hub-request.js";
import { isModelSafetensors, readModelFolder, shardNames } from "./model-folder.js";
import type { ModelSource } from "./types.js";

export interface HubModelOptions extends DownloadOptions {
  /** Branch, tag or commit. Default "main". */
  revision?: string | undefined;
  /** Never touch the network; HF_HUB_OFFLINE=1 says the same. */
  offline?: boolean | undefined;
  /** Ask the Hub for the newest commit even when the cache has one that is whole. */
  refresh?: boolean | undefined;
  /** How long to wait for the Hub's first answer. Default 15,000. */
  timeoutMs?: number | undefined;
}

const INDEX = "model.safetensors.index.json";
/** Without these there is no model; a cache that has them and the weights will do when the Hub cannot be asked. */
const REQUIRED = ["config.json", "tokenizer.json"];
/** Read when they are there. */
const OPTIONAL = ["generation_config.json", "tokenizer_config.json", "special_tokens_map.json", "chat_template.jinja"];
/** For Python's sake, so that its tokenizers find a whole snapshot. */
const COMPANIONS = ["added_tokens.json", "vocab.json", "merges.txt", "tokenizer.model", "chat_template.json"];

/**
 * A model by its hub id: from the cache when a snapshot there is whole, else downloaded, only the files it needs.
 *
 * @throws HubUnreachable when it would have to be downloaded and the Hub does not answer
 */
export async function resolveHubModel(id: string, options: HubModelOptions = {}): Promise<ModelSource> {
  const hub = await readHubEnvironment();
  const offline = options.offline || hub.offline;
  const revision = options.revision ?? "main";
  const repo: HubRepo = { type: "model", name: id };
  const cache = new HubCache(hub.cacheDir, repo);
  const cached = await cachedModel(id, revision, cache);
  if (cached && (offline || (cached.whole && !options.refresh))) return cached.source;
  if (offline) throw notCached(id, revision, hub);
  try {
    // A cached commit that only lacks small files is completed as it is; it does not move to a newer one.
    const wanted = cached && !options.refresh ? cached.source.revision! : revision;
    const commit = await fetchModel(repo, wanted, cache, hub, options);
    if (wanted === revision) await cache.writeRef(revision, commit);
    return await fromSnapshot(id, cache, commit);
  } catch (error) {
    if (cached && error instanceof HubUnreachable) return cached.source;
    throw error;
  }
}

/** The cached snapshot of a revision, null when there is none that could be used; never touches the network. */
export async function cachedHubModel(id: string, revision = "main"): Promise<ModelSource | null> {
  const hub = await readHubEnvironment();
  const found = await cachedModel(id, revision, new HubCache(hub.cacheDir, { type: "model", name: id }));
  return found?.source ?? null;
}

async function cachedModel(
  id: string,
  revision: string,
  cache: HubCache,
): Promise<{ source: ModelSource; whole: boolean } | null> {
  const commit = await cache.commitOf(revision);
  if (commit === undefined) return null;
  for (const file of REQUIRED) if (!(await cache.has(commit, file))) return null;
  const source = await fromSnapshot(id, cache, commit).catch(() => null);
  if (source === null || source.format !== "safetensors") return null;
  const known = await Promise.all(OPTIONAL.map((file) => cache.knows(commit, file)));
  return { source, whole: known.every(Boolean) };
}

async function fetchModel(
  repo: HubRepo,
  revision: string,
  cache: HubCache,
  hub: HubEnvironment,
  options: HubModelOptions,
): Promise<string> {
  const listing = await listRepo(repo, revision, hub, {
    signal: options.signal,
    timeoutMs: options.timeoutMs ?? 15_000,
  });
  const { commit, files } = listing;
  const byPath = new Map(files.map((file) => [file.path, file]));
  const wanted = [...REQUIRED, ...OPTIONAL, ...COMPANIONS].flatMap((path) => byPath.get(path) ?? []);
  const weights = await weightFiles(repo, listing, cache, hub, options);
  await downloadFiles({ repo, commit, files: [...wanted, ...weights], cache, hub }, options);
  for (const path of OPTIONAL) if (!byPath.has(path)) await cache.markAbsent(commit, path);
  return commit;
}

/** As readModelFolder chooses them. The index is fetched first: it says which files are shards. */
async function weightFiles(
  repo: HubRepo,
  { commit, files }: HubListing,
  cache: HubCache,
  hub: HubEnvironment,
  options: HubModelOptions,
): Promise<HubFile[]> {
  const top = files.filter(({ path }) => !path.includes("/"));
  const single = top.find(({ path }) => path === "model.safetensors");
  if (!top.some(({ path }) => path === "config.json")) throw unusable(repo, top, "no config.json");
  if (!top.some(({ path }) => path === "tokenizer.json")) throw unusable(repo, top, "no tokenizer.json");
  if (single) return [single];
  const index = top.find(({ path }) => path === INDEX);
  if (!index) {
    const others = top.filter(({ path }) => isModelSafetensors(path));
    if (others.length === 1) return others;
    throw unusable(repo, top, "no model.safetensors and no model.safetensors.index.json");
  }
  await downloadFiles({ repo, commit, files: [index], cache, hub }, { signal: options.signal });
  const file = join(cache.snapshot(commit), INDEX);
  const shards = shardNames(await readFile(file, "utf8"), file);
  const missing = shards.filter((shard) => !top.some(({ path }) => path === shard));
  if (missing.length > 0) throw unusable(repo, top, `${INDEX} names files that are not there: ${missing.join(", ")}`);
  return top.filter(({ path }) => shards.includes(path));
}

async function fromSnapshot(id: string, cache: HubCache, commit: string): Promise<ModelSource> {
  return { ...(await readModelFolder(cache.snapshot(commit), id)), name: id, hubId: id, revision: commit };
}

function unusable(repo: HubRepo, files: HubFile[], problem: string): SqltuneError {
  const names = files.map(({ path }) => path);
  const listed = (pattern: RegExp): string => names.filter((name) => pattern.test(name)).join(", ");
  let advice = "sqltune reads config.json, tokenizer.json and *.safetensors.";
  if (names.includes("adapter_config.json")) {
    advice = "It is an adapter: give it as --adapter, and its base as model.name.";
  } else if (listed(/\.gguf$/)) {
    advice = `It has GGUF files (${listed(/\.gguf$/)}): download one and give its path.`;
  } else if (listed(/\.(bin|pt|pth)$/)) {
    advice =
      `Its weights are PyTorch pickles (${listed(/\.(bin|pt|pth)$/)}), which run code when they are read; sqltune reads only ` +
      "safetensors. Look on its page for a branch or a copy with safetensors, or convert it with transformers.";
  }
  return new SqltuneError(`${repo.name} cannot be used: ${problem}. ${advice}`, { code: "ERR_SQLTUNE_MODEL_FILES" });
}

function notCached(id: string, revision: string, hub: HubEnvironment): HubUnreachable {
  const at = revision === "main" ? "" : ` at ${revision}`;
  return new HubUnreachable(
    `${id}${at} is not whole in the cache ${hub.cacheDir}, and the network may not be used (HF_HUB_OFFLINE or offline). ` +
      `Run \`sqltune pull ${id}\` with the network, or give a folder.`,
    { code: "ERR_SQLTUNE_OFFLINE" },
  );
}
