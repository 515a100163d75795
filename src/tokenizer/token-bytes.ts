import { findNode, type TokenizerJson } from "./definition.js";

/** The bytes that each token id stands for: token i is bytes[offsets[i], offsets[i + 1]); a control token has none. */
export interface TokenBytes {
  bytes: Uint8Array;
  offsets: Int32Array;
}

/**
 * The bytes behind each token of a tokenizer. Byte-level vocabularies write a byte as a printable character (GPT-2,
 * https://github.com/openai/gpt-2/blob/master/src/encoder.py, bytes_to_unicode); SentencePiece's write a space as U+2581 and
 * single bytes as `<0x0A>`. A dummy space that a decoder takes off again is in the bytes.
 */
export function tokenBytes(json: TokenizerJson): TokenBytes {
  const { vocab } = json.model;
  const pieces: [piece: string, id: number][] = Array.isArray(vocab)
    ? vocab.map(([piece], id) => [piece, id])
    : Object.entries(vocab);
  const byteLevel = findNode(json.decoder, "ByteLevel") ?? findNode(json.pre_tokenizer, "ByteLevel");
  const toBytes = byteLevel === undefined ? sentencePieceBytes : byteLevelBytes;
  const tokens: Uint8Array[] = [];
  for (const [piece, id] of pieces) tokens[id] = toBytes(piece);
  for (const { id, content, special } of json.added_tokens) tokens[id] = special ? NONE : encoder.encode(content);
  const offsets = new Int32Array(tokens.length + 1);
  for (let i = 0; i < tokens.length; i++) offsets[i + 1] = offsets[i]! + (tokens[i]?.length ?? 0);
  const bytes = new Uint8Array(offsets.at(-1)!);
  for (let i = 0; i < tokens.length; i++) if (tokens[i]) bytes.set(tokens[i]!, offsets[i]);
  return { bytes, offsets };
}

const NONE = new Uint8Array();
const encoder = new TextEncoder();

function sentencePieceBytes(piece: string): Uint8Array {
  const byte = /^<0x([0-9A-Fa-f]{2})>$/.exec(piece);
  return byte ? Uint8Array.of(Number.parseInt(byte[1]!, 16)) : encoder.encode(piece.replaceAll("\u2581", " "));
}

/** Bytes that print stand for themselves; the others, in their order, for the characters from U+0100 on. */
const BYTE_OF: ReadonlyMap<string, number> = (() => {
  const prints = (byte: number) =>
    (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte <= 0xac) || (byte >= 0xae && byte <= 0xff);
  const map = new Map<string, number>();
  let next = 0x100;
  for (let byte = 0; byte < 256; byte++) map.set(String.fromCodePoint(prints(byte) ? byte : next++), byte);
  return map;
})();

/** Empty where a character stands for no byte: such a piece never comes out of a byte-level tokenizer. */
function byteLevelBytes(piece: string): Uint8Array {
  const bytes = Array.from(piece, (c) => BYTE_OF.get(c));
  return bytes.includes(undefined) ? NONE : Uint8Array.from(bytes as number[]);
}
