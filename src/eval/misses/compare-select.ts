import { type Difference, listed, takePairs, unmatched } from "./difference.js";
import type { SelectItem } from "./query-shape.js";

/** Compares what two queries show. The order of columns does not count, as it does not for execution accuracy. */
export function compareSelect(gold: readonly SelectItem[], predicted: readonly SelectItem[]): Difference[] {
  const differences: Difference[] = [];
  const [left, right] = unmatched(gold, predicted, (item) => item.text);
  const [goldOnly, predictedOnly] = [texts(left), texts(right)];
  const say = (kind: Difference["kind"], detail: string) => differences.push({ kind, detail });
  const swapped = (g: SelectItem, p: SelectItem) => `The gold selects ${g.text}, the prediction ${p.text}.`;

  if (left.some((item) => item.text === "*") !== right.some((item) => item.text === "*")) {
    say("extra_or_missing_column", `The gold selects ${listed(goldOnly)}, the prediction ${listed(predictedOnly)}.`);
    return differences;
  }
  takePairs(left, right, sameBut("distinct"), (g, p) => say("distinct", swapped(g, p)));
  takePairs(left, right, sameBut("aggregates"), (g, p) => say("wrong_aggregate", swapped(g, p)));
  takePairs(left, right, sameBut("subject"), (g, p) => say("wrong_column_selected", swapped(g, p)));
  takePairs(
    left,
    right,
    () => true,
    (g, p) => {
      if (g.queries !== p.queries) say("set_operation_or_nesting", swapped(g, p));
      if (g.aggregates !== p.aggregates) say("wrong_aggregate", swapped(g, p));
      if (g.subject !== p.subject || g.aggregates === p.aggregates) say("wrong_column_selected", swapped(g, p));
    },
  );
  if (left.length > 0) {
    say("extra_or_missing_column", `The prediction does not select ${listed(texts(left))}.`);
  } else if (right.length > 0) {
    say("extra_or_missing_column", `The prediction selects ${listed(texts(right))} too, which the gold does not.`);
  }
  return differences;
}

const texts = (items: readonly SelectItem[]): string[] => items.map((item) => item.text);

/** True for two items that differ in one respect alone. */
function sameBut(respect: "aggregates" | "subject" | "distinct"): (gold: SelectItem, predicted: SelectItem) => boolean {
  return (gold, predicted) =>
    gold.queries === predicted.queries &&
    (["aggregates", "subject", "distinct"] as const).every(
      (key) => (gold[key] === predicted[key]) === (key !== respect),
    );
}
