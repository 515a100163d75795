import { crc32 } from "node:zlib";

/*
 * W&B's transaction log, run-ID.wandb: LevelDB's log format (https://github.com/google/leveldb/blob/main/doc/log_format.md)
 * after a header of seven bytes, with zlib's CRC-32 in the place of the masked CRC-32C (wandb/sdk/internal/datastore.py,
 * core/internal/transactionlog).
 */

const BLOCK = 32_768;
const HEADER = 7;
const [FULL, FIRST, MIDDLE, LAST] = [1, 2, 3, 4];

/** The first bytes of a file: ":W&B", the magic number 0xBEE1, version 0. */
export function logHeader(): Buffer {
  const header = Buffer.alloc(HEADER);
  header.write(":W&B", 0, "latin1");
  header.writeUInt16LE(0xbee1, 4);
  return header;
}

/** The bytes of one record that is written at `position` of the file: in as many pieces as blocks it reaches into. */
export function logRecord(data: Uint8Array, position: number): Buffer {
  const pieces: Uint8Array[] = [];
  let at = position;
  let rest = data;
  for (let first = true; ; first = false) {
    const left = BLOCK - (at % BLOCK);
    // A head does not reach into the next block: zeros fill the place.
    const padding = left < HEADER ? left : 0;
    pieces.push(Buffer.alloc(padding));
    at += padding;
    const room = (padding > 0 ? BLOCK : left) - HEADER;
    const piece = rest.subarray(0, room);
    rest = rest.subarray(piece.length);
    const whole = rest.length === 0;
    pieces.push(recordHead(piece, whole ? (first ? FULL! : LAST!) : first ? FIRST! : MIDDLE!), piece);
    at += HEADER + piece.length;
    if (whole) return Buffer.concat(pieces);
  }
}

function recordHead(piece: Uint8Array, type: number): Buffer {
  const head = Buffer.alloc(HEADER);
  head.writeUInt32LE(crc32(piece, crc32(Uint8Array.of(type))), 0);
  head.writeUInt16LE(piece.length, 4);
  head.writeUInt8(type, 6);
  return head;
}
