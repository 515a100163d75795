import Database from "better-sqlite3";
import { prepareAsStock } from "../../src/database/double-quoted-strings.js";
import { loadAddon } from "../../src/native/load.js";
import type { NativeAutomaton } from "../../src/native/types.js";
import { compileGrammar } from "../../src/sql/grammar/index.js";

/** The end of a text; every other token is a byte, or one of MARKS. */
export const STOP = 256;
/** Tokens that go over the borders of lexemes. */
const MARKS = ["(*)", "),", " T1.", ".name", " FROM ", "SELECT ", "', '", "ERE", " = '", "));", '")', " AS ", ", T2."];

/** An automaton over bytes for a database given as DDL, and the database itself. */
export function byteAutomaton(ddl: string) {
  const database = new Database(":memory:");
  database.exec(ddl);
  const names = database.prepare("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY rowid").pluck().all();
  const tables = (names as string[]).map((name) => ({
    name,
    columns: (database.pragma(`table_info("${name}")`) as { name: string }[]).map((column) => ({ name: column.name })),
  }));
  const columns = new Set(tables.flatMap((table) => table.columns.map(({ name }) => name.toLowerCase())));
  return {
    tables,
    automaton: automatonOver({ tables }),
    prepare: (sql: string) => void prepareAsStock(database, sql, () => columns),
  };
}

export const automatonOver = (names: Parameters<typeof compileGrammar>[0]): NativeAutomaton => {
  const addon = loadAddon();
  const texts = [
    ...Array.from({ length: 256 }, (_, byte) => Buffer.from([byte])),
    Buffer.alloc(0),
    ...MARKS.map((m) => Buffer.from(m)),
  ];
  const offsets = new Int32Array(texts.length + 1);
  for (const [i, text] of texts.entries()) offsets[i + 1] = offsets[i]! + text.length;
  const vocabulary = addon.createTokenVocabulary(new Uint8Array(Buffer.concat(texts)), offsets);
  return addon.createAutomaton(vocabulary, compileGrammar(names)!, Int32Array.of(STOP));
};

export const textOf = (ids: readonly number[]): string =>
  Buffer.concat(ids.map((id) => (id < 256 ? Buffer.from([id]) : Buffer.from(MARKS[id - 257] ?? "")))).toString();

/** null when the text is admitted to its end, else the part of it that is not. */
export function refusedPart(automaton: NativeAutomaton, text: string): string | null {
  const constraint = automaton.begin();
  const bytes = Buffer.from(text);
  for (const [i, byte] of bytes.entries()) {
    if (!constraint.admits(byte)) return bytes.subarray(i).toString() || "";
    constraint.accept(byte);
  }
  return constraint.admits(STOP) ? null : "";
}

export const admittedTokens = (mask: Uint32Array): number[] =>
  [...mask].flatMap((bits, word) =>
    Array.from({ length: 32 }, (_, i) => i)
      .filter((i) => (bits >>> i) & 1)
      .map((i) => word * 32 + i),
  );
