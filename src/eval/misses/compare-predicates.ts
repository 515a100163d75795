import { type Difference, takePairs, unmatched } from "./difference.js";
import { type Predicate, predicateText, type QueryShape, shortPredicate } from "./query-shape.js";

/** Compares two lists of conditions, their order apart; `compareNested` compares the queries in them. */
export function comparePredicates(
  gold: readonly Predicate[],
  predicted: readonly Predicate[],
  compareNested: (gold: QueryShape, predicted: QueryShape) => Difference[],
): Difference[] {
  const differences: Difference[] = [];
  const [left, right] = unmatched(gold, predicted, predicateText);
  const say = (kind: Difference["kind"], detail: string) => differences.push({ kind, detail });
  const swapped = (g: Predicate, p: Predicate) =>
    `The gold requires ${shortPredicate(g)}, the prediction ${shortPredicate(p)}.`;
  const plain = (g: Predicate, p: Predicate) => g.query === null && p.query === null;
  const inner = (g: Predicate, p: Predicate) => {
    if (g.query === null || p.query === null) return;
    for (const { kind, detail } of compareNested(g.query, p.query)) say(kind, `In the nested query: ${detail}`);
  };

  takePairs(
    left,
    right,
    (g, p) => predicateText({ ...g, optional: p.optional }) === predicateText(p),
    (g) => {
      const word = (optional: boolean) => (optional ? "one choice of several" : "a condition that must hold");
      say(
        "wrong_operator",
        `${shortPredicate(g)} is ${word(g.optional)} in the gold and ${word(!g.optional)} in the prediction.`,
      );
    },
  );
  takePairs(
    left,
    right,
    (g, p) => plain(g, p) && g.subject === p.subject && g.operator === p.operator,
    (g, p) => say("wrong_value", swapped(g, p)),
  );
  takePairs(
    left,
    right,
    (g, p) => g.query !== null && p.query !== null && g.subject === p.subject,
    (g, p) => {
      if (g.operator !== p.operator) say("wrong_operator", swapped(g, p));
      inner(g, p);
    },
  );
  for (const sameValue of [true, false]) {
    takePairs(
      left,
      right,
      (g, p) => plain(g, p) && g.subject === p.subject && (!sameValue || g.value === p.value),
      (g, p) => {
        say("wrong_operator", swapped(g, p));
        if (!sameValue) say("wrong_value", swapped(g, p));
      },
    );
  }
  takePairs(
    left,
    right,
    (g, p) => (g.query === null) === (p.query === null) && g.value === p.value,
    (g, p) => {
      say("wrong_filter_column", swapped(g, p));
      if (g.operator !== p.operator) say("wrong_operator", swapped(g, p));
      inner(g, p);
    },
  );
  for (const g of left) say("wrong_filter_column", `The prediction lacks the condition ${shortPredicate(g)}.`);
  for (const p of right) say("wrong_filter_column", `The prediction also requires ${shortPredicate(p)}.`);
  return differences;
}
