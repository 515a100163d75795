import { HEAD, ROW } from "./card-size.js";
import type { PlacedCard } from "./layout.js";

/** A foreign key as it is drawn. */
export interface Curve {
  key: string;
  path: string;
  from: { x: number; y: number };
  to: { x: number; y: number };
  fromTable: string;
  toTable: string;
}

/** A curve from each column with a foreign key to the column that it names. */
export function curvesOf(cards: readonly PlacedCard[]): Curve[] {
  const byName = new Map(cards.map((card) => [card.table.name.toLowerCase(), card]));
  return cards.flatMap((card) =>
    card.table.foreignKeys.flatMap(({ columns, refTable, refColumns }): Curve[] => {
      const target = byName.get(refTable.toLowerCase());
      if (!target) return [];
      const fromY = rowMiddle(card, columns[0]);
      const toY = rowMiddle(target, refColumns[0] ?? target.table.columns.find(({ primaryKey }) => primaryKey)?.name);
      return [
        {
          key: `${card.table.name}.${columns.join()}>${target.table.name}`,
          ...route(card, fromY, target, toY),
          fromTable: card.table.name,
          toTable: target.table.name,
        },
      ];
    }),
  );
}

/** Middle of a column's row; of the head where the column is not shown. */
function rowMiddle(card: PlacedCard, column: string | undefined): number {
  const at = card.columns.findIndex(({ name }) => name.toLowerCase() === column?.toLowerCase());
  return card.y + (at < 0 ? HEAD / 2 : HEAD + at * ROW + ROW / 2);
}

function route(card: PlacedCard, fromY: number, target: PlacedCard, toY: number): Pick<Curve, "path" | "from" | "to"> {
  const gap = target.x - (card.x + card.width);
  if (gap > 0) return bend(card.x + card.width, fromY, 1, target.x, toY, -1);
  if (card.x - (target.x + target.width) > 0) return bend(card.x, fromY, -1, target.x + target.width, toY, 1);
  // In one column: out on the right and back.
  return bend(card.x + card.width, fromY, 1, target.x + target.width, toY, 1);
}

function bend(
  x1: number,
  y1: number,
  out1: 1 | -1,
  x2: number,
  y2: number,
  out2: 1 | -1,
): Pick<Curve, "path" | "from" | "to"> {
  const reach = out1 === out2 ? Math.min(44, 22 + Math.abs(y2 - y1) / 12) : Math.max(28, Math.abs(x2 - x1) / 2);
  const path = `M${x1} ${y1}C${x1 + out1 * reach} ${y1} ${x2 + out2 * reach} ${y2} ${x2} ${y2}`;
  return { path, from: { x: x1, y: y1 }, to: { x: x2, y: y2 } };
}
