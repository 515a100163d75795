import { createHash, type Hash } from "node:crypto";
import { createReadStream } from "node:fs";
import { type FileHandle, open, readdir, rename } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { SqltuneError } from "../errors.js";
import type { HubFile } from "./hub-repo.js";

let claims = 0;
const claimedHere = new Set<string>();

/**
 * A file that is still arriving, beside the place where it will be: `HASH.PID-N.incomplete`. What an interrupted download
 * left (Python's `HASH.incomplete` too) is taken over by renaming it, so that two processes never write one file.
 */
export class PartialFile {
  #size = 0;
  #hash: Hash;

  private constructor(
    readonly path: string,
    readonly file: Pick<HubFile, "size" | "hashKind">,
    private readonly handle: FileHandle,
  ) {
    this.#hash = this.#newHash();
  }

  static async claim(blob: string, file: Pick<HubFile, "size" | "hashKind">): Promise<PartialFile> {
    const path = `${blob}.${process.pid}-${claims++}.incomplete`;
    claimedHere.add(path);
    for (const left of await leftovers(blob)) {
      // Another process may be quicker; then this one starts afresh.
      if (
        await rename(left, path).then(
          () => true,
          () => false,
        )
      )
        break;
    }
    const handle = await open(path, "a+").catch((error: unknown) => {
      claimedHere.delete(path);
      throw diskError(path, error);
    });
    const partial = new PartialFile(path, file, handle);
    await partial.#readBack();
    return partial;
  }

  /** Bytes on the disk. */
  get size(): number {
    return this.#size;
  }

  async append(chunk: Uint8Array): Promise<void> {
    try {
      await this.handle.appendFile(chunk);
    } catch (error) {
      throw diskError(this.path, error);
    }
    this.#hash.update(chunk);
    this.#size += chunk.byteLength;
  }

  async restart(): Promise<void> {
    await this.handle.truncate(0);
    this.#size = 0;
    this.#hash = this.#newHash();
  }

  /** Flushes to the disk and gives the checksum. */
  async finish(): Promise<string> {
    await this.handle.sync();
    return this.#hash.digest("hex");
  }

  async release(): Promise<void> {
    claimedHere.delete(this.path);
    await this.handle.close();
  }

  #newHash(): Hash {
    if (this.file.hashKind === "sha256") return createHash("sha256");
    return createHash("sha1").update(`blob ${this.file.size}\0`);
  }

  async #readBack(): Promise<void> {
    for await (const chunk of createReadStream(this.path) as AsyncIterable<Buffer>) {
      this.#hash.update(chunk);
      this.#size += chunk.byteLength;
    }
    if (this.#size > this.file.size) await this.restart();
  }
}

/** Unfinished files of this blob that nobody is writing. */
async function leftovers(blob: string): Promise<string[]> {
  const name = basename(blob);
  const found: string[] = [];
  for (const entry of await readdir(dirname(blob)).catch(() => [])) {
    if (!entry.startsWith(`${name}.`) || !entry.endsWith(".incomplete")) continue;
    const path = join(dirname(blob), entry);
    const owner = /\.(\d+)-\d+\.incomplete$/.exec(entry)?.[1];
    const abandoned =
      owner === undefined || (Number(owner) === process.pid ? !claimedHere.has(path) : !isRunning(Number(owner)));
    if (abandoned) found.push(path);
  }
  return found;
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

function diskError(path: string, error: unknown): SqltuneError {
  const { code, message } = error as NodeJS.ErrnoException;
  const reason = code === "ENOSPC" ? "no space is left on the disk" : message;
  return new SqltuneError(
    `${path} cannot be written: ${reason}. Set HF_HOME to a folder with space that can be written to.`,
    {
      code: code === "ENOSPC" ? "ERR_SQLTUNE_DISK_SPACE" : "ERR_SQLTUNE_CACHE",
      cause: error,
    },
  );
}
