import { createHash, randomUUID } from "node:crypto";
import { createReadStream } from "node:fs";
import { mkdir, readFile, realpath, rename, stat, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";

/** The hash of one file as it stood: redone when size or modification time differ. */
interface CachedHash {
  size: number;
  mtimeMs: number;
  sha256: string;
}

const READ_BYTES = 4 << 20;

/**
 * Identity of a base's weights. One file: its sha256, as `sha256sum` and the Hub show it. Several shards: the sha256 of
 * what `sha256sum` prints for them in order ("<hash>  <file name>\n" a line). Files are read once: hashes are kept in
 * `cacheFolder`/weights-hash.json by real path, size and modification time.
 */
export async function hashWeightFiles(
  files: readonly string[],
  options: { cacheFolder: string; signal?: AbortSignal },
): Promise<string> {
  const cachePath = join(options.cacheFolder, "weights-hash.json");
  const cache = await readCache(cachePath);
  const hashes: string[] = [];
  let changed = false;
  for (const file of files) {
    const path = await realpath(file);
    const { size, mtimeMs } = await stat(path);
    const known = cache[path];
    if (known?.size === size && known.mtimeMs === mtimeMs) {
      hashes.push(known.sha256);
      continue;
    }
    const sha256 = await hashFile(path, options.signal);
    cache[path] = { size, mtimeMs, sha256 };
    hashes.push(sha256);
    changed = true;
  }
  if (changed) await writeCache(cachePath, cache);
  if (hashes.length === 1) return hashes[0]!;
  const list = createHash("sha256");
  for (const [i, file] of files.entries()) list.update(`${hashes[i]}  ${basename(file)}\n`);
  return list.digest("hex");
}

async function hashFile(path: string, signal?: AbortSignal): Promise<string> {
  const hash = createHash("sha256");
  for await (const chunk of createReadStream(path, { highWaterMark: READ_BYTES, signal })) hash.update(chunk as Buffer);
  return hash.digest("hex");
}

async function readCache(path: string): Promise<Record<string, CachedHash>> {
  try {
    return JSON.parse(await readFile(path, "utf8")) as Record<string, CachedHash>;
  } catch {
    return {};
  }
}

async function writeCache(path: string, cache: Record<string, CachedHash>): Promise<void> {
  // The cache only spares time: a read-only home must not stop a run. Renamed into place, so that two processes
  // writing at once leave one whole file.
  try {
    await mkdir(dirname(path), { recursive: true });
    const temporary = `${path}.${randomUUID().slice(0, 8)}.tmp`;
    await writeFile(temporary, JSON.stringify(cache));
    await rename(temporary, path);
  } catch {
    return;
  }
}
