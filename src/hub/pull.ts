import { stat } from "node:fs/promises";
import { resolve } from "node:path";
import { SqltuneError } from "../errors.js";
import { isEmbeddedModel } from "./embedded-model.js";
import type { DownloadOptions } from "./hub-download.js";
import { KNOWN_DATASETS, resolveDataset } from "./resolve-dataset.js";
import { resolveModel } from "./resolve-model.js";

export interface PullOptions extends DownloadOptions {
  /** Branch, tag or commit. Default "main". */
  revision?: string | undefined;
}

export interface Pulled {
  kind: "model" | "dataset";
  name: string;
  /** Where the files are. */
  folder: string;
  /** Commit on the Hub; null when it came from elsewhere. */
  revision: string | null;
  origin: string;
}

/**
 * Takes a model (smollm2-135m, a hub id) or a data set (spider, wikisql, sql-create-context, datasets/ORG/NAME) into the
 * cache, at the newest commit of its branch. `onLine` is told the size before the download, and after it what is missing.
 */
export async function pull(name: string, options: PullOptions = {}): Promise<Pulled> {
  const { onLine } = options;
  const known = KNOWN_DATASETS[name];
  if (known || name.startsWith("datasets/")) {
    const hubId = known?.hubId ?? name.slice("datasets/".length);
    const folder = await resolveDataset(hubId, { ...options, refresh: true });
    for (const note of known?.notes ?? []) onLine?.(note);
    return { kind: "dataset", name, folder, revision: /[0-9a-f]{40}$/.exec(folder)?.[0] ?? null, origin: "hub" };
  }
  if (await stat(name).catch(() => null)) {
    throw new SqltuneError(`${resolve(name)} is here already; pull takes a hub id, smollm2-135m or a data set's name`);
  }
  // The embedded model does not change: what is cached of it is right, from wherever it came.
  const source = await resolveModel(name, { ...options, refresh: !isEmbeddedModel(name) });
  return { kind: "model", name, folder: source.folder, revision: source.revision, origin: source.origin };
}
