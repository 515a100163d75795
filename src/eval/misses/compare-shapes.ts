import { comparePredicates } from "./compare-predicates.js";
import { compareSelect } from "./compare-select.js";
import { type Difference, listed, takePairs, unmatched } from "./difference.js";
import { type Block, type Predicate, predicateText, type QueryShape } from "./query-shape.js";

/** Everything in which two queries differ; an empty list for queries that ask the same by their structure. */
export function compareShapes(gold: QueryShape, predicted: QueryShape): Difference[] {
  if (gold.operators.join() !== predicted.operators.join()) {
    const shown = (shape: QueryShape) => (shape.operators.length === 0 ? "no set operation" : listed(shape.operators));
    const detail = `The gold has ${shown(gold)}, the prediction ${shown(predicted)}.`;
    return [
      { kind: "set_operation_or_nesting", detail },
      ...compareSelect(gold.blocks[0]!.select, predicted.blocks[0]!.select),
    ];
  }
  const order = [...predicted.blocks];
  // The two sides of a UNION or an INTERSECT may stand the other way round.
  if (order.length === 2 && gold.operators[0] !== "EXCEPT") {
    const turned = [order[1]!, order[0]!];
    if (common(gold.blocks, turned) > common(gold.blocks, order)) order.reverse();
  }
  const differences = gold.blocks.flatMap((block, i) => compareBlocks(block, order[i]!));
  return [...differences, ...compareOrder(gold, predicted)];
}

/** How many columns, tables and conditions pairs of SELECTs share. */
function common(gold: readonly Block[], predicted: readonly Block[]): number {
  const parts = (block: Block) => [
    ...block.select.map((item) => item.text),
    ...block.tables,
    ...block.filters.map(predicateText),
    ...block.having.map(predicateText),
  ];
  return gold.reduce((sum, block, i) => {
    const all = parts(block);
    return sum + all.length - unmatched(all, parts(predicted[i]!), (part) => part)[0].length;
  }, 0);
}

/** Writes a grouping that is DISTINCT in other words as DISTINCT, where the other query does not group. */
function withDistinct(block: Block, other: Block): Block {
  return block.groupsLikeDistinct && other.groupBy.length === 0 ? { ...block, distinct: true, groupBy: [] } : block;
}

function compareBlocks(goldBlock: Block, predictedBlock: Block): Difference[] {
  const [gold, predicted] = [withDistinct(goldBlock, predictedBlock), withDistinct(predictedBlock, goldBlock)];
  const having: [Predicate[], Predicate[]] = unmatched(gold.having, predicted.having, predicateText);
  const filters: [Predicate[], Predicate[]] = unmatched(gold.filters, predicted.filters, predicateText);
  return [
    ...compareNesting(gold, predicted),
    ...compareTables(gold, predicted),
    ...compareSelect(gold.select, predicted.select),
    ...compareDerived(gold, predicted),
    ...movedBetweenWhereAndHaving(having, filters),
    ...comparePredicates(...withoutLoneQueries(filters), compareShapes),
    ...compareGrouping(gold, predicted, having),
    ...compareDistinct(gold, predicted),
  ];
}

/** A condition on groups that became one on rows, or the other way, is a matter of grouping and of no column. */
function movedBetweenWhereAndHaving(
  having: [Predicate[], Predicate[]],
  filters: [Predicate[], Predicate[]],
): Difference[] {
  const differences: Difference[] = [];
  const fits = (a: Predicate, b: Predicate) =>
    a.query === null && b.query === null && a.operator === b.operator && a.value === b.value;
  const say = (goldPlace: string, predictedPlace: string) => (g: Predicate, p: Predicate) =>
    differences.push({
      kind: "grouping_or_having",
      detail: `The gold has ${predicateText(g)} in ${goldPlace}, the prediction ${predicateText(p)} in ${predictedPlace}.`,
    });
  takePairs(having[0], filters[1], fits, say("HAVING", "WHERE"));
  takePairs(filters[0], having[1], fits, say("WHERE", "HAVING"));
  return differences;
}

/** Nested queries without a counterpart are told by the nesting, not once more as conditions. */
function withoutLoneQueries([gold, predicted]: [Predicate[], Predicate[]]): [Predicate[], Predicate[]] {
  const nested = (list: Predicate[]) => list.filter((item) => item.query !== null).length;
  if (nested(gold) > 0 && nested(predicted) > 0) return [gold, predicted];
  return [gold.filter((item) => item.query === null), predicted.filter((item) => item.query === null)];
}

function compareNesting(gold: Block, predicted: Block): Difference[] {
  const count = (block: Block): [string, number][] => [
    ["WHERE", block.filters.filter((item) => item.query !== null).length],
    ["HAVING", block.having.filter((item) => item.query !== null).length],
    ["FROM", block.derived.length],
    ["SELECT", block.select.reduce((sum, item) => sum + item.queries, 0)],
  ];
  const other = count(predicted);
  if (count(gold).every(([, number], i) => number === other[i]![1])) return [];
  const shown = (block: Block) => {
    const parts = count(block).flatMap(([place, number]) => (number === 0 ? [] : `${number} in ${place}`));
    return parts.length === 0 ? "no nested query" : `nested queries (${parts.join(", ")})`;
  };
  const detail = `The gold has ${shown(gold)}, the prediction ${shown(predicted)}.`;
  return [{ kind: "set_operation_or_nesting", detail }];
}

function compareDerived(gold: Block, predicted: Block): Difference[] {
  if (gold.derived.length !== predicted.derived.length) return [];
  return gold.derived.flatMap((shape, i) =>
    compareShapes(shape, predicted.derived[i]!).map(({ kind, detail }) => ({
      kind,
      detail: `In the query after FROM: ${detail}`,
    })),
  );
}

function compareTables(gold: Block, predicted: Block): Difference[] {
  const differences: Difference[] = [];
  const say = (detail: string) => differences.push({ kind: "wrong_table_or_join", detail });
  const [missing, extra] = unmatched(gold.tables, predicted.tables, (name) => name);
  if (missing.length > 0 || extra.length > 0) {
    say(`The gold reads ${listed(gold.tables)}, the prediction ${listed(predicted.tables)}.`);
  }
  const kinds = (block: Block) => (block.outerJoins.length === 0 ? "inner joins alone" : listed(block.outerJoins));
  const [missingKinds, extraKinds] = unmatched(gold.outerJoins, predicted.outerJoins, (kind) => kind);
  if (missingKinds.length + extraKinds.length > 0)
    say(`The gold has ${kinds(gold)}, the prediction ${kinds(predicted)}.`);
  if (classesOf(gold.joinPairs) !== classesOf(predicted.joinPairs)) {
    const shown = (block: Block) => {
      const pairs = [...new Set(block.joinPairs.map((pair) => pair.join(" = ")))];
      return pairs.length === 0 ? "joins on no columns" : `joins on ${listed(pairs)}`;
    };
    say(`The gold ${shown(gold)}, the prediction ${shown(predicted)}.`);
  }
  return differences;
}

/** Which columns the joins make equal, as one text: a = b, b = c and a = b, a = c are the same join. */
function classesOf(pairs: readonly (readonly [string, string])[]): string {
  let classes: Set<string>[] = [];
  for (const pair of pairs) {
    const touched = classes.filter((members) => pair.some((column) => members.has(column)));
    const joined = new Set([...pair, ...touched.flatMap((members) => [...members])]);
    classes = [...classes.filter((members) => !touched.includes(members)), joined];
  }
  return classes
    .map((members) => [...members].sort().join("="))
    .sort()
    .join("; ");
}

function compareGrouping(gold: Block, predicted: Block, having: [Predicate[], Predicate[]]): Difference[] {
  const differences: Difference[] = [];
  const [missing, extra] = unmatched([...new Set(gold.groupBy)], [...new Set(predicted.groupBy)], (term) => term);
  if (missing.length + extra.length > 0) {
    const shown = (block: Block) =>
      block.groupBy.length === 0 ? "does not group" : `groups by ${listed(block.groupBy)}`;
    differences.push({
      kind: "grouping_or_having",
      detail: `The gold ${shown(gold)}, the prediction ${shown(predicted)}.`,
    });
  }
  // A condition on groups is one thing with its grouping, whatever it is that differs, except inside nested queries.
  for (const { kind, detail } of comparePredicates(...withoutLoneQueries(having), compareShapes)) {
    const inNested = detail.startsWith("In the nested query");
    differences.push({ kind: inNested ? kind : "grouping_or_having", detail });
  }
  return differences;
}

function compareDistinct(gold: Block, predicted: Block): Difference[] {
  if (gold.distinct === predicted.distinct) return [];
  const shown = (block: Block) => (block.distinct ? "has DISTINCT" : "has no DISTINCT");
  return [{ kind: "distinct", detail: `The gold ${shown(gold)}, the prediction ${shown(predicted)}.` }];
}

function compareOrder(gold: QueryShape, predicted: QueryShape): Difference[] {
  const text = (shape: QueryShape) =>
    [shape.orderBy.length === 0 ? "" : `ORDER BY ${shape.orderBy.join(", ")}`, shape.limit].join(" ").trim();
  // An order that was not asked for does no harm as long as nothing is cut off.
  const harmless = gold.orderBy.length === 0 && gold.limit === "" && predicted.limit === "";
  if (text(gold) === text(predicted) || harmless) return [];
  const shown = (shape: QueryShape) => (text(shape) === "" ? "no order and no limit" : text(shape));
  const detail = `The gold has ${shown(gold)}, the prediction ${shown(predicted)}.`;
  return [{ kind: "ordering_or_limit", detail }];
}
