import { datasetInfo, listFiles, modelInfo } from "@huggingface/hub";
import { SqltuneError } from "../errors.js";
import type { HubRepo } from "./hub-cache.js";
import type { HubEnvironment } from "./hub-environment.js";
import { hubFetch } from "./hub-request.js";

export interface HubFile {
  path: string;
  size: number;
  /** Name of its blob in the cache, and its checksum: sha256 for large files (LFS), git's sha1 for the others. */
  hash: string;
  hashKind: "sha256" | "git-sha1";
}

/** What a repository held at one commit. */
export interface HubListing {
  commit: string;
  files: HubFile[];
}

/** Asks the Hub: the commit first, then the files at that commit, so that a push in between changes nothing. */
export async function listRepo(
  repo: HubRepo,
  revision: string,
  hub: HubEnvironment,
  options: { signal?: AbortSignal | undefined; timeoutMs: number },
): Promise<HubListing> {
  const request = {
    hubUrl: hub.endpoint,
    fetch: hubFetch(repo, hub, options),
    ...(hub.token ? { accessToken: hub.token } : {}),
  };
  const info = { ...request, name: repo.name, revision };
  const { sha } =
    repo.type === "model"
      ? await modelInfo({ ...info, additionalFields: ["sha"] })
      : await datasetInfo({ ...info, additionalFields: ["sha"] });
  if (!/^[0-9a-f]{40}$/.test(sha)) {
    throw new SqltuneError(`${hub.endpoint} gave "${sha}" as the commit of ${repo.name}; expected 40 hex digits`);
  }
  const files: HubFile[] = [];
  for await (const { type, path, size, oid, lfs } of listFiles({ ...request, repo, revision: sha, recursive: true })) {
    // Paths and hashes come from the repository and become paths on this disk.
    if (type !== "file" || path.startsWith("/") || path.split("/").includes("..")) continue;
    if (lfs && /^[0-9a-f]{64}$/.test(lfs.oid)) files.push({ path, size: lfs.size, hash: lfs.oid, hashKind: "sha256" });
    else if (oid && /^[0-9a-f]{40}$/.test(oid)) files.push({ path, size, hash: oid, hashKind: "git-sha1" });
  }
  return { commit: sha, files };
}
