/** An operation of a grammar's arc: [code, argument]. Guards (codes below 64) look, effects change. */
export type Operation = readonly [code: number, argument: number];

const plain = (code: number): Operation => [code, 0];
const withNumber =
  (code: number) =>
  (argument: number): Operation => [code, argument];

/** Numbers of `Operation` in native/generate/automaton_tables.h, which says nothing of what they are for here. */
export const guard = {
  /** The name can be a function, a table or alias that a column follows, or a column. */
  operand: plain(0),
  /** The name before was one of a function of this shape, which may stand here. */
  call: withNumber(1),
  qualifier: plain(2),
  column: plain(3),
  qualifiedColumn: plain(4),
  qualifiedStar: plain(5),
  star: plain(6),
  /** "x" as a string, or as the column that it is where there is one: 0 looks at the lexeme before, 1 at this one. */
  text: withNumber(7),
  table: plain(8),
  /** An alias; 1: without AS, which only short names and those that are waited for can be. */
  alias: withNumber(9),
  noAlias: plain(10),
  derivedTable: plain(11),
  moreSources: plain(12),
  resultAlias: plain(13),
  moreItems: plain(14),
  listDone: plain(15),
  noFrom: plain(16),
  fromDone: plain(17),
  subquery: plain(18),
  depth: plain(19),
  setOperation: plain(20),
  compound: withNumber(21),
  resultName: plain(22),
  position: withNumber(23),
  budget: plain(24),
  itemRoom: plain(25),
  notInDerivedItem: plain(26),
} as const;

export const effect = {
  open: withNumber(64),
  close: plain(65),
  remember: plain(66),
  refer: plain(67),
  referQualified: plain(68),
  takeStarOf: plain(69),
  takeStar: plain(70),
  referText: plain(71),
  itemStart: plain(72),
  itemEnd: plain(73),
  itemPlain: plain(74),
  itemAlias: plain(75),
  chooseTable: plain(76),
  addAliased: plain(77),
  addPlain: plain(78),
  fromDone: plain(79),
  clause: withNumber(80),
  nextSelect: plain(81),
  enterAggregate: plain(82),
  leaveAggregate: plain(83),
  /** The result column is more than a column's name. */
  compose: plain(84),
  outerJoin: withNumber(85),
  spend: plain(86),
  grouped: plain(87),
} as const;

/** Kinds of queries, for `effect.open`. */
export const query = { top: 0, list: 1, scalar: 2, exists: 3, derived: 4 } as const;

/** What a clause allows, for `effect.clause`. */
export const allows = {
  aggregates: 1,
  /** Where the query aggregates already. */
  aggregatesIfGrouped: 2,
  subqueries: 4,
  resultAliases: 8,
  aggregateAliases: 16,
  stars: 32,
} as const;

/** Which words a name may be. */
export const nameFlag = { bare: 1, bareTable: 2, quoted: 4, fresh: 8 } as const;

export const FIRST_EFFECT = 64;
