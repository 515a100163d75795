import type { AutomatonTables } from "../../native/generation/automaton-tables.js";
import { RESERVED_WORDS, SQLITE_KEYWORDS } from "../keywords.js";
import { FIRST_AGGREGATE, functionShapes } from "./functions.js";
import { lexemeClass, lexerTable } from "./lexer-table.js";
import { nameFlag } from "./operations.js";
import { GrammarBuilder } from "./rules.js";
import { answerRule, selectRules } from "./select-rules.js";
import { shortNames } from "./short-names.js";

/** The names that a grammar must know; a Schema is one. */
export interface NamedTables {
  tables: readonly { name: string; columns: readonly { name: string }[] }[];
}

const WORD_FLAG = { name: 1, tableName: 2, reserved: 4, shortName: 8 } as const;
/** Different column names, and tables, that the native side has room for. */
const MOST_COLUMNS = 900;
const MOST_TABLES = 500;

const foldCase = (name: string): string => name.replace(/[A-Z]/g, (c) => c.toLowerCase());
const BARE = /^[a-z_\u0080-\uffff][a-z0-9_$\u0080-\uffff]*$/;

let made: ReturnType<typeof makeSyntax> | null = null;

/** What is the same for every schema, made once. */
const syntax = () => {
  made ??= makeSyntax();
  return made;
};

function makeSyntax() {
  const grammar = new GrammarBuilder(selectRules);
  const compiled = grammar.compile(answerRule);
  return { ...compiled, keywords: grammar.keywords, lexer: lexerTable() };
}

/**
 * SQLite's SELECT as tables for the native automaton. With names a query may use the schema's tables and columns and the
 * aliases that it makes, in their scopes: what is admitted to its end is prepared by SQLite on such a database. Without (null)
 * any name may stand anywhere: the syntax alone is kept.
 *
 * Null when the schema has more names than there is room for.
 */
export function compileGrammar(names: NamedTables | null): AutomatonTables | null {
  const tables = names?.tables ?? [];
  const columns = new Map<string, number>();
  for (const table of tables) {
    for (const column of table.columns) {
      const name = foldCase(column.name);
      if (!columns.has(name)) columns.set(name, columns.size);
    }
  }
  if (columns.size > MOST_COLUMNS || tables.length > MOST_TABLES) return null;

  const { keywords, lexer, ...compiled } = syntax();
  const tableNumbers = new Map(tables.map((table, i) => [foldCase(table.name), i]));
  const short = new Set(shortNames(tables.map((table) => foldCase(table.name))));
  const words = sortByBytes(
    new Set([...keywords.keys(), ...functionShapes.keys(), ...columns.keys(), ...tableNumbers.keys(), ...short]),
  );
  const number = (of: ReadonlyMap<string, number>) => Int32Array.from(words, (word) => of.get(word) ?? -1);
  const wordNumbers = new Map(words.map((word, i) => [word, i]));
  const providerOffsets = [0];
  for (const table of tables) providerOffsets.push(providerOffsets.at(-1)! + table.columns.length);
  return {
    lexer: lexer.next,
    lexerAccept: lexer.accept,
    classKinds: lexer.kinds,
    endClass: lexemeClass("end"),
    words,
    wordFlags: Int32Array.from(words, (word) => flagsOf(word, keywords, short)),
    wordKeywords: number(keywords),
    wordMembers: number(columns),
    wordProviders: number(tableNumbers),
    wordFunctions: number(functionShapes),
    memberCount: columns.size,
    providerOffsets: Int32Array.from(providerOffsets),
    providerMembers: Int32Array.from(
      tables.flatMap((table) => table.columns.map((column) => columns.get(foldCase(column.name))!)),
    ),
    providerWords: Int32Array.from(tables, (table) => wordNumbers.get(foldCase(table.name))!),
    open: names === null,
    firstGatheringFunction: FIRST_AGGREGATE,
    arcs: names === null ? withFreshNames(compiled.arcs) : compiled.arcs,
    operations: compiled.operations,
    stateArcs: compiled.stateArcs,
    start: compiled.start,
  };
}

function flagsOf(word: string, keywords: ReadonlyMap<string, number>, short: ReadonlySet<string>): number {
  const upper = word.toUpperCase();
  const isKeyword = SQLITE_KEYWORDS.has(upper);
  if (!BARE.test(word)) return WORD_FLAG.reserved;
  let flags = 0;
  const isReserved = RESERVED_WORDS.sqlite.has(upper);
  if (!isReserved && !(isKeyword && keywords.has(word))) flags |= WORD_FLAG.name;
  // SQLite takes CAST for a name where no expression can begin.
  if (!isReserved || upper === "CAST") flags |= WORD_FLAG.tableName;
  if (isKeyword) flags |= WORD_FLAG.reserved;
  if (short.has(word) && !isKeyword) flags |= WORD_FLAG.shortName;
  return flags;
}

/** The arcs, with every one that takes a name taking any. */
function withFreshNames(arcs: Int32Array): Int32Array {
  const NAME = 3;
  const open = arcs.slice();
  for (let i = 0; i < open.length; i += 7) if (open[i] === NAME) open[i + 1] = open[i + 1]! | nameFlag.fresh;
  return open;
}

function sortByBytes(words: Iterable<string>): string[] {
  return [...words]
    .map((word) => [word, Buffer.from(word)] as const)
    .sort((a, b) => Buffer.compare(a[1], b[1]))
    .map(([word]) => word);
}
