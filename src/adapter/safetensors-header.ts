import { open } from "node:fs/promises";
import { basename } from "node:path";
import { SqltuneError } from "../errors.js";

export interface SafetensorsTensor {
  /** "F32", "BF16", "F16", ... */
  dtype: string;
  shape: number[];
}

/** The format's own limit on a header's length in bytes. */
const MAX_HEADER_BYTES = 100_000_000;

/**
 * Names, types and shapes of a safetensors file, without its data. The format: a little-endian u64 with the header's
 * length, the header as JSON, the tensors' bytes (https://github.com/huggingface/safetensors#format).
 * Throws SqltuneError when the file is truncated or no safetensors file.
 */
export async function readSafetensorsHeader(path: string): Promise<Map<string, SafetensorsTensor>> {
  const file = await open(path, "r");
  try {
    const { size } = await file.stat();
    const lengthBytes = Buffer.alloc(8);
    await file.read(lengthBytes, 0, 8, 0);
    const headerBytes = size < 8 ? -1 : Number(lengthBytes.readBigUInt64LE());
    if (headerBytes < 2 || headerBytes > MAX_HEADER_BYTES || 8 + headerBytes > size) {
      throw damaged(path, `its ${size} bytes do not start with a safetensors header`);
    }
    const header = Buffer.alloc(headerBytes);
    await file.read(header, 0, headerBytes, 8);
    const { tensors, dataBytes } = parseHeader(header.toString("utf8"), path);
    if (8 + headerBytes + dataBytes !== size) {
      throw damaged(path, `the header describes ${8 + headerBytes + dataBytes} bytes, the file has ${size}`);
    }
    return tensors;
  } finally {
    await file.close();
  }
}

function parseHeader(text: string, path: string): { tensors: Map<string, SafetensorsTensor>; dataBytes: number } {
  let header: Record<string, { dtype?: unknown; shape?: unknown; data_offsets?: unknown }>;
  try {
    header = JSON.parse(text);
  } catch (cause) {
    throw damaged(path, "its header is not JSON", cause);
  }
  const tensors = new Map<string, SafetensorsTensor>();
  let dataBytes = 0;
  for (const [name, entry] of Object.entries(header)) {
    if (name === "__metadata__") continue;
    const { dtype, shape, data_offsets: offsets } = entry ?? {};
    if (typeof dtype !== "string" || !Array.isArray(shape) || !Array.isArray(offsets)) {
      throw damaged(path, `its header has no dtype, shape and data_offsets for "${name}"`);
    }
    tensors.set(name, { dtype, shape: shape.map(Number) });
    dataBytes = Math.max(dataBytes, Number(offsets[1]));
  }
  return { tensors, dataBytes };
}

function damaged(path: string, found: string, cause?: unknown): SqltuneError {
  return new SqltuneError(
    `${path} is damaged: ${found}. Copy or download ${basename(path)} again (a file of a few hundred bytes is ` +
      "often a Git LFS pointer).",
    { code: "ERR_SQLTUNE_WEIGHTS", cause },
  );
}
