import { columnKey, type UsedNames } from "../used-names.js";
import { cutText, FOOT, HEAD, LETTER, ROW, shortType } from "./card-size.js";
import type { PlacedCard } from "./layout.js";

export interface TableCardProps {
  card: PlacedCard;
  used: UsedNames;
  /** Whether a search found it; null while nothing is searched. */
  found: boolean | null;
  onToggle: (table: string) => void;
}

/** A table: its name, a line for each column, keys marked. */
export function TableCard({ card, used, found, onToggle }: TableCardProps) {
  const { table, columns, hidden, long, x, y, width, height } = card;
  const isUsed = used.tables.has(table.name.toLowerCase());
  const keys = new Set(table.foreignKeys.flatMap((key) => key.columns.map((name) => name.toLowerCase())));
  const classes = ["card", isUsed ? "used" : "", found === true ? "found" : "", found === false ? "other" : ""];
  const farName = cutText(table.name, 16);
  return (
    <g class={classes.filter(Boolean).join(" ")} transform={`translate(${x} ${y})`} data-table={table.name}>
      <title>{`${table.name}, ${table.columns.length} columns`}</title>
      <rect class="card-ground" width={width} height={height} rx={8} />
      <path class="card-head" d={`M0 ${HEAD}V8a8 8 0 0 1 8 -8H${width - 8}a8 8 0 0 1 8 8V${HEAD}Z`} />
      <text class="card-name" x={12} y={HEAD / 2}>
        {cutText(table.name, (width - 20) / (LETTER + 0.4))}
      </text>
      <g class="card-columns">
        {columns.map(({ name, type, primaryKey }, at) => {
          const top = HEAD + 2 + at * ROW;
          const kind = shortType(type);
          return (
            <g key={name} class={used.columns.has(columnKey(table.name, name)) ? "column used" : "column"}>
              <rect class="column-ground" x={4} y={top} width={width - 8} height={ROW - 1} rx={4} />
              {(primaryKey || keys.has(name.toLowerCase())) && (
                <circle class={primaryKey ? "key primary" : "key foreign"} cx={14} cy={top + ROW / 2 - 0.5} r={3.2} />
              )}
              <text class="column-name" x={24} y={top + ROW / 2}>
                {cutText(name, (width - 40) / LETTER - kind.length)}
              </text>
              <text class="column-type" x={width - 12} y={top + ROW / 2} text-anchor="end">
                {kind}
              </text>
            </g>
          );
        })}
        {long && (
          // biome-ignore lint/a11y/noStaticElementInteractions: the list has every column for those without a pointer
          <g class="card-more" data-click onClick={() => onToggle(table.name)}>
            <rect class="column-ground" x={4} y={height - ROW - FOOT + 2} width={width - 8} height={ROW - 1} rx={4} />
            <text x={24} y={height - ROW / 2 - FOOT + 2}>
              {hidden > 0 ? `${hidden} more` : "fewer"}
            </text>
          </g>
        )}
      </g>
      {/* Seen from afar, where columns could not be read. */}
      <text
        class="card-far"
        x={width / 2}
        y={height / 2}
        text-anchor="middle"
        style={{ fontSize: `${Math.min(36, (width - 12) / (farName.length * 0.62))}px` }}
      >
        {farName}
      </text>
    </g>
  );
}
