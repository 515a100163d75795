import { boolField, bytesField, doubleField, floatField, intField } from "../protobuf-writer.js";
import { maskedCrc32c } from "./crc32c.js";

/*
 * TensorBoard's event file. The framing is TFRecord's (tensorflow/core/lib/io/record_writer.h); the messages are Event and
 * Summary (tensorboard/compat/proto/event.proto, summary.proto, tensor.proto) and the hparams plugin's
 * (tensorboard/plugins/hparams/plugin_data.proto).
 */

export interface EventHead {
  /** Seconds since 1970. */
  wallTime: number;
  step: number;
}

/** One record: its length and its bytes, each with a masked CRC-32C. */
export function frameRecord(data: Uint8Array): Buffer {
  const record = Buffer.alloc(16 + data.length);
  record.writeBigUInt64LE(BigInt(data.length), 0);
  record.writeUInt32LE(maskedCrc32c(record.subarray(0, 8)), 8);
  record.set(data, 12);
  record.writeUInt32LE(maskedCrc32c(data), 12 + data.length);
  return record;
}

/** The first record of every file. */
export function versionEvent(wallTime: number): Buffer {
  return frameRecord(Buffer.concat([doubleField(1, wallTime), bytesField(3, "brain.Event:2")]));
}

/** Says that a session begins at a step: what an earlier session wrote for that step and later ones no longer counts. */
export function sessionStartEvent(head: EventHead): Buffer {
  return event(head, bytesField(7, intField(1, 1)));
}

export function scalarsEvent(head: EventHead, scalars: Readonly<Record<string, number>>): Buffer {
  const values = Object.entries(scalars).map(([tag, value]) => bytesField(1, bytesField(1, tag), floatField(2, value)));
  return event(head, bytesField(5, ...values));
}

/** Markdown, shown by TensorBoard's text plugin. */
export function textEvent(head: EventHead, tag: string, text: string): Buffer {
  const metadata = summaryMetadata("text", new Uint8Array(), 2 /* DATA_CLASS_TENSOR */);
  const tensor = [intField(1, 7 /* DT_STRING */), bytesField(2), bytesField(8, text)];
  return event(
    head,
    bytesField(5, bytesField(1, bytesField(1, tag), bytesField(8, ...tensor), bytesField(9, metadata))),
  );
}

export interface HParams {
  values: Readonly<Record<string, string | number | boolean>>;
  /** Runs of one name are one trial. */
  groupName: string;
  startSeconds: number;
}

/** The hyperparameters of a run, and that it has begun. */
export function hparamsStartEvent(head: EventHead, { values, groupName, startSeconds }: HParams): Buffer {
  const entries = Object.entries(values)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, value]) => bytesField(1, bytesField(1, key), bytesField(2, structValue(value))));
  const start = [...entries, bytesField(4, groupName), doubleField(5, startSeconds)];
  return hparamsEvent(head, "_hparams_/session_start_info", bytesField(3, ...start));
}

/** Status: 1 success, 2 failure (hparams/api.proto). */
export function hparamsEndEvent(head: EventHead, status: 1 | 2, endSeconds: number): Buffer {
  const end = [intField(1, status), doubleField(2, endSeconds)];
  return hparamsEvent(head, "_hparams_/session_end_info", bytesField(4, ...end));
}

/** google.protobuf.Value. */
function structValue(value: string | number | boolean): Uint8Array {
  if (typeof value === "number") return doubleField(2, value);
  return typeof value === "string" ? bytesField(3, value) : boolField(4, value);
}

function hparamsEvent(head: EventHead, tag: string, data: Uint8Array): Buffer {
  // The value is in the metadata; the tensor is the plugin's placeholder, an empty vector of float32.
  const tensor = [intField(1, 1 /* DT_FLOAT */), bytesField(2, bytesField(2))];
  const metadata = summaryMetadata("hparams", data, 0);
  return event(
    head,
    bytesField(5, bytesField(1, bytesField(1, tag), bytesField(8, ...tensor), bytesField(9, metadata))),
  );
}

function summaryMetadata(plugin: string, content: Uint8Array, dataClass: number): Uint8Array {
  const data = [bytesField(1, plugin), ...(content.length > 0 ? [bytesField(2, content)] : [])];
  return Buffer.concat([bytesField(1, ...data), intField(4, dataClass)]);
}

function event({ wallTime, step }: EventHead, what: Uint8Array): Buffer {
  return frameRecord(Buffer.concat([doubleField(1, wallTime), intField(2, step), what]));
}
