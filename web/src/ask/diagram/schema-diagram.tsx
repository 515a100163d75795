import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import type { Table } from "../../api/types.js";
import { Button } from "../../parts/button.js";
import type { UsedNames } from "../used-names.js";
import { curvesOf } from "./curves.js";
import { type Layout, layOut } from "./layout.js";
import { TableCard } from "./table-card.js";
import { useViewport, type Viewport } from "./use-viewport.js";

export interface SchemaDiagramProps {
  tables: readonly Table[];
  used: UsedNames;
  /** Tables that a search found, best first; null while nothing is searched. */
  found: readonly Table[] | null;
}

/** Below this size columns cannot be read, and tables show their names alone. */
const FAR = 0.42;
const STEP = 60;

/** Tables as cards and foreign keys as curves, to be moved and zoomed by pointer or keys. */
export function SchemaDiagram({ tables, used, found }: SchemaDiagramProps) {
  const frame = useRef<HTMLDivElement>(null);
  const [open, setOpen] = useState<ReadonlySet<string>>(new Set());
  const [layout, setLayout] = useState<Layout | null>(null);
  const view = useViewport(frame, layout);
  // The window's shape counts when the schema is drawn first: a drawing that changed with it could not be learnt.
  const shape = useRef<number | null>(null);
  shape.current ??= view.aspect;
  useEffect(() => {
    if (shape.current !== null) setLayout(layOut(tables, shape.current, open));
  }, [tables, open, shape.current]);
  const curves = useMemo(() => (layout ? curvesOf(layout.cards) : []), [layout]);
  const first = found?.[0]?.name;
  useEffect(() => {
    const card = layout?.cards.find(({ table }) => table.name === first);
    if (card) view.show(card);
  }, [first]);
  const toggle = (name: string) =>
    setOpen((now) => (now.has(name) ? new Set([...now].filter((it) => it !== name)) : new Set([...now, name])));
  const keyDown = (event: KeyboardEvent) => {
    const act = actionOf(event, view);
    if (!act) return;
    event.preventDefault();
    act();
  };
  const keys = tables.reduce((sum, table) => sum + table.foreignKeys.length, 0);
  return (
    <div class="diagram-frame">
      {/* biome-ignore lint/a11y/useSemanticElements: a group of no fields */}
      <div
        class={view.viewport.k < FAR ? "diagram far" : "diagram"}
        ref={frame}
        role="group"
        aria-label="Diagram of the tables. Arrow keys move it, plus and minus zoom, 0 shows all. The list has the same as text."
        // biome-ignore lint/a11y/noNoninteractiveTabindex: arrow keys move it
        tabIndex={0}
        onKeyDown={keyDown}
      >
        <svg role="img" aria-label={`${tables.length} tables, ${keys} foreign keys`}>
          {layout && (
            <g transform={transformOf(view.viewport)}>
              {curves.map((curve) => {
                const on =
                  used.tables.has(curve.fromTable.toLowerCase()) && used.tables.has(curve.toTable.toLowerCase());
                return (
                  <g key={curve.key} class={on ? "curve used" : "curve"}>
                    <path d={curve.path} />
                    <circle cx={curve.from.x} cy={curve.from.y} r={3} />
                    <circle class="to" cx={curve.to.x} cy={curve.to.y} r={3.5} />
                  </g>
                );
              })}
              {layout.cards.map((card) => (
                <TableCard
                  key={card.table.name}
                  card={card}
                  used={used}
                  found={found === null ? null : found.includes(card.table)}
                  onToggle={toggle}
                />
              ))}
            </g>
          )}
        </svg>
      </div>
      <div class="diagram-tools">
        <Button size="small" icon="plus" aria-label="Zoom in" onClick={() => view.zoom(1.3)} />
        <Button size="small" icon="minus" aria-label="Zoom out" onClick={() => view.zoom(1 / 1.3)} />
        <Button size="small" icon="fit" aria-label="Show all tables" onClick={view.fit} />
      </div>
    </div>
  );
}

function transformOf({ x, y, k }: Viewport): string {
  return `translate(${x.toFixed(2)} ${y.toFixed(2)}) scale(${k.toFixed(4)})`;
}

function actionOf({ key, ctrlKey, metaKey, altKey }: KeyboardEvent, view: ReturnType<typeof useViewport>) {
  if (ctrlKey || metaKey || altKey) return null;
  const actions: Record<string, () => void> = {
    ArrowLeft: () => view.move(STEP, 0),
    ArrowRight: () => view.move(-STEP, 0),
    ArrowUp: () => view.move(0, STEP),
    ArrowDown: () => view.move(0, -STEP),
    "+": () => view.zoom(1.3),
    "=": () => view.zoom(1.3),
    "-": () => view.zoom(1 / 1.3),
    "0": view.fit,
  };
  return actions[key] ?? null;
}
