/**
 * What createAutomaton takes: a lexer over bytes, words that may stand for several things each, providers (of members) and a
 * grammar's numbered states with operations on scopes. native/generate/automaton_tables.h describes the fields.
 */
export interface AutomatonTables {
  lexer: Int16Array;
  lexerAccept: Int32Array;
  classKinds: Int32Array;
  endClass: number;
  /** In lower case, sorted by their UTF-8 bytes. The lists below say what each word stands for, -1 for nothing. */
  words: string[];
  wordFlags: Int32Array;
  wordKeywords: Int32Array;
  wordMembers: Int32Array;
  wordProviders: Int32Array;
  wordFunctions: Int32Array;
  memberCount: number;
  /** Provider i has providerMembers[providerOffsets[i], providerOffsets[i + 1]). */
  providerOffsets: Int32Array;
  providerMembers: Int32Array;
  providerWords: Int32Array;
  open: boolean;
  firstGatheringFunction: number;
  /** [arcs, 7]: match, argument, call, next, first operation, end of the guards, end of the operations. */
  arcs: Int32Array;
  /** [operations, 2]: code, argument. */
  operations: Int32Array;
  stateArcs: Int32Array;
  start: number;
}
