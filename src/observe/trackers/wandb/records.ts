import { boolField, bytesField, intField } from "../protobuf-writer.js";

/*
 * The records of a transaction log that a run needs: messages of wandb/proto/wandb_internal.proto. Each record has a
 * number, counted from 1.
 */

export interface WandbRun {
  id: string;
  project: string;
  entity: string | undefined;
  displayName: string;
  group: string | undefined;
  notes: string | undefined;
  tags: readonly string[];
  host: string;
  /** Key by key of the top level; nested values as they are. */
  config: Readonly<Record<string, unknown>>;
  /** ms since 1970. */
  startTime: number;
  /** Whether an earlier session of the same id is gone on with. */
  resumed: boolean;
}

/** What wrote the file, and the first wandb that can read it. */
export function headerRecord(number: number, producer: string): Uint8Array {
  return record(number, 21, bytesField(1, bytesField(1, producer), bytesField(2, "0.70.0")));
}

export function runRecord(number: number, run: WandbRun): Uint8Array {
  const items = Object.entries(run.config).map(([key, value]) =>
    bytesField(1, bytesField(1, key), bytesField(16, JSON.stringify(value))),
  );
  const text = (field: number, value: string | undefined) => (value ? [bytesField(field, value)] : []);
  const seconds = Math.floor(run.startTime / 1000);
  const nanos = Math.round((run.startTime - 1000 * seconds) * 1e6);
  return record(
    number,
    17,
    Buffer.concat([
      bytesField(1, run.id),
      ...text(2, run.entity),
      bytesField(3, run.project),
      bytesField(4, ...items),
      ...text(6, run.group),
      bytesField(8, run.displayName),
      ...text(9, run.notes),
      ...run.tags.map((tag) => bytesField(10, tag)),
      bytesField(13, run.host),
      bytesField(17, intField(1, seconds), intField(2, nanos)),
      ...(run.resumed ? [boolField(24, true)] : []),
    ]),
  );
}

/** One row of the run's history; keys with slashes are one key each. */
export function historyRecord(number: number, step: number, row: Readonly<Record<string, unknown>>): Uint8Array {
  return record(number, 2, Buffer.concat([...jsonItems(row), bytesField(2, intField(1, step))]));
}

/** The last values, which the list of runs shows. */
export function summaryRecord(number: number, row: Readonly<Record<string, unknown>>): Uint8Array {
  return record(number, 3, Buffer.concat(jsonItems(row)));
}

/** A file below the run's `files` folder, to be uploaded as media. */
export function fileRecord(number: number, path: string): Uint8Array {
  return record(number, 6, bytesField(1, bytesField(1, path), intField(3, 2 /* MEDIA */)));
}

export function exitRecord(number: number, exitCode: number, runtimeSeconds: number): Uint8Array {
  return record(number, 18, Buffer.concat([intField(1, exitCode), intField(2, Math.round(runtimeSeconds))]));
}

function jsonItems(row: Readonly<Record<string, unknown>>): Uint8Array[] {
  return Object.entries(row).map(([key, value]) =>
    bytesField(1, bytesField(2, key), bytesField(16, JSON.stringify(value))),
  );
}

function record(number: number, field: number, message: Uint8Array): Uint8Array {
  return Buffer.concat([intField(1, number), bytesField(field, message)]);
}
