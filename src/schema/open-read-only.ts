import { closeSync, existsSync, fstatSync, openSync, readFileSync, readSync } from "node:fs";
import Database from "better-sqlite3";

/** A read-only connection; `copied`: to the file as it was, in memory. */
export interface ReadOnlyDatabase {
  connection: Database.Database;
  copied: boolean;
}

/**
 * Opens a SQLite file so that nothing of it or beside it is written, but for the two files of a write-ahead log beside a
 * database in that mode that is over 256 MiB.
 *
 * @throws what the file system or SQLite throws when the file is absent or no database
 */
export function openReadOnly(file: string): ReadOnlyDatabase {
  const copied = isAloneInWalMode(file);
  return { copied, connection: copied ? openCopy(file) : new Database(file, { readonly: true, fileMustExist: true }) };
}

/** Larger files are read where they are. */
const COPIED_BYTES = 256 * 2 ** 20;

/**
 * A database in WAL mode that nobody has open. SQLite can read it only after making two files beside it, which changes
 * the folder, or fails where that is read-only.
 */
function isAloneInWalMode(file: string): boolean {
  const header = Buffer.alloc(20);
  let descriptor: number | undefined;
  try {
    descriptor = openSync(file, "r");
    if (readSync(descriptor, header, 0, 20, 0) < 20 || fstatSync(descriptor).size > COPIED_BYTES) return false;
  } catch {
    // SQLite says what is wrong with it.
    return false;
  } finally {
    if (descriptor !== undefined) closeSync(descriptor);
  }
  return header[18] === 2 && header.toString("latin1", 0, 15) === "SQLite format 3" && !existsSync(`${file}-wal`);
}

/** The file read into memory, with the mode in its header that needs no files beside it. */
function openCopy(file: string): Database.Database {
  const bytes = readFileSync(file);
  bytes[18] = 1;
  bytes[19] = 1;
  return new Database(bytes, { readonly: true });
}
