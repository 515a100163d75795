import type { Table } from "../../api/types.js";
import { type Card, cardOf } from "./card-size.js";

export interface PlacedCard extends Card {
  x: number;
  y: number;
}

export interface Layout {
  cards: PlacedCard[];
  width: number;
  height: number;
  /** Share of the references that cross a column of cards, and so are hidden in part. */
  hidden: number;
}

const GAP_X = 56;
const GAP_Y = 28;
/** 720 orders of six columns are tried in a moment. */
const MOST_ORDERED = 6;

/**
 * Places tables in columns of cards: tables that refer to each other near each other, columns of about equal height, and
 * as many columns as make the whole about as broad for its height as the window is.
 *
 * @param aspect width of the window over its height
 * @param open names of tables that show all their columns
 */
export function layOut(tables: readonly Table[], aspect: number, open: ReadonlySet<string>): Layout {
  const cards = tables.map((table) => cardOf(table, open.has(table.name), tables.length));
  const neighbours = neighboursOf(tables);
  const order = walk(cards.length, neighbours);
  let best: { layout: Layout; misfit: number } | null = null;
  for (let columns = 1; columns <= Math.min(cards.length, 24); columns++) {
    const layout = place(cards, order, neighbours, columns);
    const misfit = Math.abs(Math.log(layout.width / layout.height / aspect)) + 1.5 * layout.hidden;
    if (!best || misfit < best.misfit) best = { layout, misfit };
  }
  return best?.layout ?? { cards: [], width: 0, height: 0, hidden: 0 };
}

/** For each table those that it refers to or that refer to it. */
function neighboursOf(tables: readonly Table[]): number[][] {
  const index = new Map(tables.map(({ name }, at) => [name.toLowerCase(), at]));
  const sets = tables.map(() => new Set<number>());
  tables.forEach(({ foreignKeys }, from) => {
    for (const { refTable } of foreignKeys) {
      const to = index.get(refTable.toLowerCase());
      if (to === undefined || to === from) continue;
      sets[from]!.add(to);
      sets[to]!.add(from);
    }
  });
  return sets.map((set) => [...set]);
}

/** Breadth first from the table with most neighbours, part by part; the large parts first. */
function walk(count: number, neighbours: readonly number[][]): number[] {
  const seen = new Set<number>();
  const parts: number[][] = [];
  const byDegree = Array.from({ length: count }, (_, at) => at).sort(
    (a, b) => neighbours[b]!.length - neighbours[a]!.length || a - b,
  );
  for (const start of byDegree) {
    if (seen.has(start)) continue;
    const part = [start];
    seen.add(start);
    for (let at = 0; at < part.length; at++) {
      for (const next of neighbours[part[at]!]!) {
        if (seen.has(next)) continue;
        seen.add(next);
        part.push(next);
      }
    }
    parts.push(part);
  }
  return parts.sort((a, b) => b.length - a.length).flat();
}

function place(
  cards: readonly Card[],
  order: readonly number[],
  neighbours: readonly number[][],
  count: number,
): Layout {
  const filled = fillColumns(cards, order, neighbours, count);
  const { columns, hidden } = orderColumns(filled, neighbours);
  const middle = new Map<number, number>();
  const measure = () => {
    for (const column of columns) {
      let y = 0;
      for (const at of column) {
        middle.set(at, y + cards[at]!.height / 2);
        y += cards[at]!.height + GAP_Y;
      }
    }
  };
  measure();
  for (let round = 0; round < 3; round++) {
    for (const column of columns) {
      const wish = (at: number) => mean(neighbours[at]!.map((other) => middle.get(other)!)) ?? middle.get(at)!;
      column.sort((a, b) => wish(a) - wish(b));
    }
    measure();
  }
  const placed: PlacedCard[] = [];
  const heights = columns.map((column) => column.reduce((sum, at) => sum + cards[at]!.height + GAP_Y, -GAP_Y));
  const height = Math.max(...heights);
  let x = 0;
  columns.forEach((column, at) => {
    const width = Math.max(...column.map((it) => cards[it]!.width));
    // Short columns stand in the middle of the long ones, so that curves stay short.
    let y = Math.min((height - heights[at]!) / 2, 60);
    for (const it of column) {
      placed.push({ ...cards[it]!, width, x, y });
      y += cards[it]!.height + GAP_Y;
    }
    x += width + GAP_X;
  });
  return { cards: placed, width: x - GAP_X, height, hidden };
}

/** Puts each card where it is both low and near to the neighbours that stand already. */
function fillColumns(
  cards: readonly Card[],
  order: readonly number[],
  neighbours: readonly number[][],
  count: number,
): number[][] {
  const columns: number[][] = Array.from({ length: count }, () => []);
  const heights = columns.map(() => 0);
  const columnOf = new Map<number, number>();
  const share = cards.reduce((sum, card) => sum + card.height + GAP_Y, 0) / count;
  for (const at of order) {
    const placed = neighbours[at]!.flatMap((other) => columnOf.get(other) ?? []);
    const cost = (column: number) => {
      // One column away is best: a curve between neighbours in one column bends back.
      const far = mean(placed.map((other) => (other === column ? 1.2 : Math.abs(other - column)))) ?? 0;
      const over = Math.max(0, heights[column]! + cards[at]!.height - share * 1.08);
      return heights[column]! + far * 0.35 * share + over * 8;
    };
    let best = 0;
    for (let column = 1; column < count; column++) if (cost(column) < cost(best)) best = column;
    columns[best]!.push(at);
    heights[best]! += cards[at]!.height + GAP_Y;
    columnOf.set(at, best);
  }
  return columns.filter((column) => column.length > 0);
}

/** Few columns are put in the order in which fewest references cross one; many stay as they were filled. */
function orderColumns(columns: number[][], neighbours: readonly number[][]): { columns: number[][]; hidden: number } {
  const columnOf = new Map(columns.flatMap((column, at) => column.map((card) => [card, at] as const)));
  const pairs = neighbours.flatMap((others, at) =>
    others.map((other) => [columnOf.get(at)!, columnOf.get(other)!] as const),
  );
  const crossings = (places: readonly number[]) =>
    pairs.reduce((sum, [a, b]) => sum + Math.max(0, Math.abs(places[a]! - places[b]!) - 1), 0);
  let best = columns.map((_, at) => at);
  let least = crossings(best);
  for (const places of columns.length <= MOST_ORDERED ? permutations(columns.length) : []) {
    const found = crossings(places);
    if (found < least) [best, least] = [places, found];
  }
  const ordered: number[][] = [];
  best.forEach((place, at) => {
    ordered[place] = columns[at]!;
  });
  return { columns: ordered, hidden: pairs.length === 0 ? 0 : Math.min(1, least / pairs.length) };
}

function permutations(count: number): number[][] {
  if (count === 0) return [[]];
  return permutations(count - 1).flatMap((rest) =>
    Array.from({ length: count }, (_, at) => [...rest.slice(0, at), count - 1, ...rest.slice(at)]),
  );
}

function mean(values: readonly number[]): number | null {
  return values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length;
}
