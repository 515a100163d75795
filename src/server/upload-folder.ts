import { randomUUID } from "node:crypto";
import { createWriteStream } from "node:fs";
import { mkdir, readFile, rm } from "node:fs/promises";
import { join, resolve } from "node:path";
import type { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { SqltuneError } from "../errors.js";
import { writeFileAtomic } from "../observe/atomic-file.js";
import { HttpError } from "./http-error.js";

const MAGIC = "SQLite format 3\0";
/** What this class names its files; nothing else in the folder is ever opened. */
const OWN_FILE = /^[0-9a-f-]{36}\.sqlite$/;

/** Databases that clients have sent, under names of the server's making: no name from a request becomes part of a path. */
export class UploadFolder {
  private writing: Promise<void> = Promise.resolve();

  private constructor(
    private readonly folder: string,
    /** File by the name it was given. */
    private readonly files: Map<string, string>,
  ) {}

  static async open(folder: string): Promise<UploadFolder> {
    const path = resolve(folder);
    await mkdir(path, { recursive: true, mode: 0o700 });
    return new UploadFolder(path, await readIndex(join(path, "databases.json")));
  }

  /** Name and file of every upload kept. */
  get entries(): [name: string, file: string][] {
    return [...this.files].map(([name, file]) => [name, join(this.folder, file)]);
  }

  get size(): number {
    return this.files.size;
  }

  /** Writes what a client sends to a file and gives its path; `keep` or `discard` it. @throws HttpError 413, 415. */
  async receive(body: Readable, limit: number): Promise<string> {
    const path = join(this.folder, `${randomUUID()}.sqlite`);
    try {
      await pipeline(body, checked(limit), createWriteStream(path, { flags: "wx", mode: 0o600 }));
    } catch (error) {
      await rm(path, { force: true });
      throw error;
    }
    return path;
  }

  async keep(name: string, path: string): Promise<void> {
    this.files.set(name, path.slice(this.folder.length + 1));
    try {
      await this.writeIndex();
    } catch (error) {
      this.files.delete(name);
      throw error;
    }
  }

  /** With what SQLite may have put beside it. */
  async discard(path: string): Promise<void> {
    for (const ending of ["", "-wal", "-shm", "-journal"]) await rm(path + ending, { force: true });
  }

  /** False where no upload has this name. */
  async remove(name: string): Promise<boolean> {
    const file = this.files.get(name);
    if (file === undefined) return false;
    this.files.delete(name);
    await this.writeIndex();
    await this.discard(join(this.folder, file));
    return true;
  }

  /** One after the other, each with what is true when its turn comes: an older list must not land last. */
  private writeIndex(): Promise<void> {
    const write = () => {
      const text = `${JSON.stringify(Object.fromEntries(this.files), null, 2)}\n`;
      return writeFileAtomic(join(this.folder, "databases.json"), text);
    };
    this.writing = this.writing.then(write, write);
    return this.writing;
  }
}

async function readIndex(path: string): Promise<Map<string, string>> {
  const text = await readFile(path, "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return "{}";
    throw error;
  });
  try {
    const entries = Object.entries(JSON.parse(text) as Record<string, unknown>);
    return new Map(entries.filter((entry): entry is [string, string] => OWN_FILE.test(String(entry[1]))));
  } catch (cause) {
    throw new SqltuneError(`${path} is no JSON: ${(cause as Error).message}. Restore it, or move the folder away.`, {
      cause,
    });
  }
}

/** Where a database's header says how it is written and read: 1 with a rollback journal, 2 with a write-ahead log. */
const MODES = [18, 19];

/**
 * Passes bytes on as long as they begin like a SQLite file and do not pass the limit. One in WAL mode is stored as an
 * ordinary one: it came without its log, and to read it SQLite would make two files beside it.
 */
function checked(limit: number) {
  return async function* (source: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
    let head = Buffer.alloc(0);
    let bytes = 0;
    for await (const received of source) {
      const chunk = withoutLog(received, bytes);
      bytes += chunk.length;
      if (bytes > limit) throw new HttpError(413, `The database is over ${limit} bytes, which is the limit.`);
      if (head.length < MAGIC.length) head = Buffer.concat([head, chunk.subarray(0, MAGIC.length - head.length)]);
      if (!MAGIC.startsWith(head.toString("latin1"))) throw notSqlite();
      yield chunk;
    }
    if (head.length < MAGIC.length) throw notSqlite();
  };
}

/** @param start where in the file the chunk begins */
function withoutLog(chunk: Buffer, start: number): Buffer {
  const places = MODES.map((at) => at - start).filter((at) => chunk[at] === 2);
  if (places.length === 0) return chunk;
  const changed = Buffer.from(chunk);
  for (const at of places) changed[at] = 1;
  return changed;
}

function notSqlite(): HttpError {
  return new HttpError(415, "This is no SQLite database. Send the bytes of a .sqlite file.", {
    code: "not_a_database",
  });
}
