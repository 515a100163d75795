import { readFileSync, writeFileSync } from "node:fs";

export interface FloatTensor {
  shape: number[];
  data: Float32Array;
}

/** Writes float32 tensors as safetensors. */
export function writeSafetensors(path: string, tensors: Record<string, FloatTensor>): void {
  const header: Record<string, unknown> = { __metadata__: { format: "pt" } };
  let offset = 0;
  for (const [name, { shape, data }] of Object.entries(tensors)) {
    header[name] = { dtype: "F32", shape, data_offsets: [offset, offset + data.byteLength] };
    offset += data.byteLength;
  }
  let json = JSON.stringify(header);
  json = json.padEnd(Math.ceil(json.length / 8) * 8);
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(json.length));
  const data = Object.values(tensors).map((t) => Buffer.from(t.data.buffer, t.data.byteOffset, t.data.byteLength));
  writeFileSync(path, Buffer.concat([length, Buffer.from(json), ...data]));
}

/** Reads float32 tensors of a safetensors file. */
export function readSafetensors(path: string): Map<string, FloatTensor> {
  const file = readFileSync(path);
  const start = 8 + Number(file.readBigUInt64LE());
  const header = JSON.parse(file.toString("utf8", 8, start)) as Record<
    string,
    { dtype: string; shape: number[]; data_offsets: [number, number] }
  >;
  const tensors = new Map<string, FloatTensor>();
  for (const [name, entry] of Object.entries(header)) {
    if (name === "__metadata__") continue;
    if (entry.dtype !== "F32") throw new Error(`${path}: ${name} is ${entry.dtype}, this reader takes F32`);
    const [from, to] = entry.data_offsets;
    // Copied: a Float32Array needs an offset divisible by 4, which a header of any length does not give.
    const bytes = new Uint8Array(file.subarray(start + from, start + to));
    tensors.set(name, { shape: entry.shape, data: new Float32Array(bytes.buffer) });
  }
  return tensors;
}
