/**
 * Fields of Protocol Buffers messages, by hand: a message is its fields one after the other, each with a tag
 * (field number << 3 | wire type). Source: https://protobuf.dev/programming-guides/encoding/
 */

/** A whole number, signed ones included (int32, int64, enum). 0 is the default and, as proto3 does, not written. */
export function intField(number: number, value: number | bigint): Uint8Array {
  const whole = BigInt(value);
  return whole === 0n ? EMPTY : Buffer.concat([tag(number, 0), varint(BigInt.asUintN(64, whole))]);
}

/** Written also when false: it stands in a `oneof`, where that says which one it is. */
export function boolField(number: number, value: boolean): Uint8Array {
  return Buffer.concat([tag(number, 0), varint(value ? 1n : 0n)]);
}

/** Written also when 0, as in a `oneof`. */
export function doubleField(number: number, value: number): Uint8Array {
  const bytes = Buffer.alloc(8);
  bytes.writeDoubleLE(value);
  return Buffer.concat([tag(number, 1), bytes]);
}

/** Written also when 0, as in a `oneof`. */
export function floatField(number: number, value: number): Uint8Array {
  const bytes = Buffer.alloc(4);
  bytes.writeFloatLE(value);
  return Buffer.concat([tag(number, 5), bytes]);
}

/** UTF-8 text, bytes, or a message given as its fields. Written also when empty. */
export function bytesField(number: number, ...parts: (string | Uint8Array)[]): Uint8Array {
  const bytes = Buffer.concat(parts.map((part) => (typeof part === "string" ? Buffer.from(part) : part)));
  return Buffer.concat([tag(number, 2), varint(BigInt(bytes.length)), bytes]);
}

const EMPTY = new Uint8Array();

function tag(number: number, wireType: number): Uint8Array {
  return varint(BigInt(number) * 8n + BigInt(wireType));
}

function varint(value: bigint): Uint8Array {
  const bytes: number[] = [];
  for (let rest = value; ; rest >>= 7n) {
    if (rest < 128n) return Uint8Array.from([...bytes, Number(rest)]);
    bytes.push(Number(rest & 127n) | 128);
  }
}
