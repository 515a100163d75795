import type { Split } from "../domain.js";

/**
 * The wordings of one split. A frame is a whole question. `(a|b)` offers a choice, `{x}` is a slot that the shape fills;
 * a frame is used only where all of its slots have words. Slots:
 * - E e: the rows asked about (plural, singular); C c: the labels of the columns asked for; is: the verb for c;
 * - P Q: a condition, after a plural noun; o: the label of a measure; n: a number; v: a value; many: "more than 3";
 * - F f: the table referred to; D d: the column that names its rows; who has hasS never: the words back from F to E;
 *   of T: the words on to F, and what is referred to ("the author Ann Lee", "authors from France");
 *   it its itsF: the pronouns of F, E and F;
 * - G g: a grouping column; agg: an aggregate ("average price"); sup: a superlative ("the lowest price"); adj: one that
 *   stands before the noun ("cheapest"); dir: a direction of ordering;
 * - most least above below later earlier: empty marks, for frames that say one of two directions; over under: the same,
 *   with a number.
 */
export interface Bank {
  split: Split;
  frames: Readonly<Record<string, readonly string[]>>;
  /** Conditions as a clause after "whose" or "where the"; `{l}` is the label. */
  clauses: Readonly<Record<Exclude<Wordable, Counted>, readonly string[]>>;
  /** Conditions as a phrase after a plural noun. */
  modifiers: Readonly<Partial<Record<Wordable, readonly string[]>>>;
  both: readonly string[];
  either: readonly string[];
  aggregates: Readonly<Record<"AVG" | "SUM" | "MAX" | "MIN" | "latest" | "earliest", readonly string[]>>;
  /** Ways to say the first of an ordering: `{l}` a label, `{noun}` what a count counts. */
  superlatives: Readonly<
    Record<"most" | "least" | "mostNoun" | "leastNoun" | "latest" | "earliest", readonly string[]>
  >;
  directions: Readonly<Record<"up" | "down" | "earlier" | "later" | "textUp" | "textDown", readonly string[]>>;
}

/** Conditions on what a column counts: "with more than 3 beds". */
export type Counted = "eqNoun" | "moreNoun" | "fewerNoun" | "atLeastNoun" | "atMostNoun" | "betweenNoun";

export type Wordable =
  | "eq"
  | "ne"
  | "in"
  | "gt"
  | "lt"
  | "ge"
  | "le"
  | "between"
  | "after"
  | "before"
  | "betweenDates"
  | "contains"
  | "starts"
  | "null"
  | "notNull"
  | Counted;
