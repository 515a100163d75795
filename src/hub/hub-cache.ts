import { randomUUID } from "node:crypto";
import { mkdir, readFile, rename, stat, symlink, writeFile } from "node:fs/promises";
import { dirname, join, relative } from "node:path";

/** A repository on the Hub. */
export interface HubRepo {
  type: "model" | "dataset";
  /** "org/name", or "name" for the few old ones. */
  name: string;
}

/**
 * One repository in the cache that Python's huggingface_hub keeps (its docs: "Manage huggingface_hub cache-system"):
 * blobs by content hash, snapshots of symbolic links by commit, refs by branch, and `.no_exist` for files that a commit
 * is known not to have.
 */
export class HubCache {
  readonly folder: string;

  constructor(cacheDir: string, repo: HubRepo) {
    this.folder = join(cacheDir, `${repo.type}s--${repo.name.replaceAll("/", "--")}`);
  }

  /** The commit a branch stood at when it was last resolved. */
  async commitOf(revision: string): Promise<string | undefined> {
    if (/^[0-9a-f]{40}$/.test(revision)) return revision;
    const commit = (await readFile(join(this.folder, "refs", revision), "utf8").catch(() => "")).trim();
    return /^[0-9a-f]{40}$/.test(commit) ? commit : undefined;
  }

  async writeRef(revision: string, commit: string): Promise<void> {
    if (revision === commit) return;
    const file = join(this.folder, "refs", revision);
    await mkdir(dirname(file), { recursive: true });
    // By rename: another process reads the old commit or the new one, never half of it.
    const temporary = `${file}.${randomUUID().slice(0, 8)}.tmp`;
    await writeFile(temporary, commit);
    await rename(temporary, file);
  }

  snapshot(commit: string): string {
    return join(this.folder, "snapshots", commit);
  }

  blob(hash: string): string {
    return join(this.folder, "blobs", hash);
  }

  /** Makes the blob appear in the snapshot. A relative link, so that the cache can be moved. */
  async link(hash: string, commit: string, path: string): Promise<void> {
    const link = join(this.snapshot(commit), path);
    await mkdir(dirname(link), { recursive: true });
    const temporary = `${link}.${randomUUID().slice(0, 8)}.tmp`;
    await symlink(relative(dirname(link), this.blob(hash)), temporary);
    await rename(temporary, link);
  }

  async has(commit: string, path: string): Promise<boolean> {
    return exists(join(this.snapshot(commit), path));
  }

  /** True when it is known, without the network, whether the commit has the file. */
  async knows(commit: string, path: string): Promise<boolean> {
    return (await this.has(commit, path)) || exists(this.#absence(commit, path));
  }

  async markAbsent(commit: string, path: string): Promise<void> {
    const file = this.#absence(commit, path);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, "");
  }

  #absence(commit: string, path: string): string {
    return join(this.folder, ".no_exist", commit, path);
  }
}

/** Follows links: a link to a blob that was deleted does not count. */
export async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
