import type { BinaryOperator } from "./types.js";

/** Binding powers, weakest first, in the order of SQLite's parse.y. */
export const POWER = {
  OR: 1,
  AND: 2,
  NOT: 3,
  EQUALITY: 4,
  COMPARISON: 5,
  BITS: 7,
  SUM: 8,
  PRODUCT: 9,
  CONCAT: 10,
  COLLATE: 11,
  SIGN: 12,
  OPERAND: 13,
} as const;

/** Operators between two operands, by spelling: what they are and how strongly they bind. */
export const BINARY_OPERATORS: ReadonlyMap<string, [operator: BinaryOperator, power: number]> = new Map([
  ["OR", ["OR", POWER.OR]],
  ["AND", ["AND", POWER.AND]],
  ["=", ["=", POWER.EQUALITY]],
  ["==", ["=", POWER.EQUALITY]],
  ["<>", ["<>", POWER.EQUALITY]],
  ["!=", ["<>", POWER.EQUALITY]],
  ["IS", ["IS", POWER.EQUALITY]],
  ...["<", "<=", ">", ">="].map((text) => [text, [text, POWER.COMPARISON]] as const),
  ...["&", "|", "<<", ">>"].map((text) => [text, [text, POWER.BITS]] as const),
  ...["+", "-"].map((text) => [text, [text, POWER.SUM]] as const),
  ...["*", "/", "%"].map((text) => [text, [text, POWER.PRODUCT]] as const),
  ...["||", "->", "->>"].map((text) => [text, [text, POWER.CONCAT]] as const),
] as [string, [BinaryOperator, number]][]);
