import { createReadStream } from "node:fs";
import { mkdir, open } from "node:fs/promises";
import { join, resolve } from "node:path";
import { HttpError } from "./http-error.js";

/** A question with its right query: a row as data.dataset_name: jsonl reads it, and where it came from. */
export interface FeedbackRow {
  question: string;
  sql: string;
  /** As CREATE TABLE statements, so that the row is whole even when the database is gone. */
  schema: string;
  verdict: "right" | "corrected";
  /** What the model had answered. */
  predicted: string;
  database: string | null;
  model: string | null;
  /** ISO time. */
  time: string;
}

/** A query that is wrong, without a right one: nothing to train on, but something to look at. */
export type RejectedRow = Omit<FeedbackRow, "sql" | "verdict"> & { verdict: "wrong" };

/** Bytes of one file at most: feedback is typed by hand, and a program must not fill the disk with it. */
const LIMIT = 64 * 2 ** 20;

/**
 * What readers said about answers, in two files of the data folder: `feedback.jsonl` is a data set to train on,
 * `feedback-wrong.jsonl` holds what was only called wrong.
 */
export class FeedbackFile {
  private writing: Promise<unknown> = Promise.resolve();
  private readonly rows = new Map<string, number>();
  private readonly folder: string;

  constructor(folder: string) {
    this.folder = resolve(folder);
  }

  /**
   * Appends a line, whole and on the disk when the promise resolves.
   * @returns the file's name and its rows
   * @throws HttpError 507 when the file is full
   */
  add(row: FeedbackRow | RejectedRow): Promise<{ file: string; rows: number }> {
    const file = row.verdict === "wrong" ? "feedback-wrong.jsonl" : "feedback.jsonl";
    const write = async () => {
      const path = join(this.folder, file);
      await this.append(path, `${JSON.stringify(row)}\n`);
      const rows = (this.rows.get(file) ?? (await lineCount(path)) - 1) + 1;
      this.rows.set(file, rows);
      return { file, rows };
    };
    const written = this.writing.then(write, write);
    this.writing = written.catch(() => undefined);
    return written;
  }

  private async append(path: string, line: string): Promise<void> {
    await mkdir(this.folder, { recursive: true, mode: 0o700 });
    await using file = await open(path, "a+", 0o600);
    const { size } = await file.stat();
    if (size + line.length > LIMIT) {
      throw new HttpError(507, `The feedback file has ${LIMIT} bytes, which is the limit. Move it away.`, {
        code: "full",
      });
    }
    const last = Buffer.alloc(1);
    if (size > 0) await file.read(last, 0, 1, size - 1);
    // A line that a crash cut off must not take the next one with it.
    const whole = Buffer.from(size > 0 && last[0] !== 0x0a ? `\n${line}` : line);
    const { bytesWritten } = await file.write(whole);
    if (bytesWritten < whole.length) throw new Error(`wrote ${bytesWritten} of ${whole.length} bytes to ${path}`);
    await file.sync();
  }
}

async function lineCount(path: string): Promise<number> {
  let lines = 0;
  for await (const chunk of createReadStream(path)) for (const byte of chunk as Buffer) if (byte === 0x0a) lines++;
  return lines;
}
