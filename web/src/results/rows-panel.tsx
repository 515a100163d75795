import { useEffect, useRef } from "preact/hooks";
import { EmptyState } from "../parts/empty-state.js";
import { useShortcut } from "../shell/shortcuts.js";
import type { PageMetric, PageRow, PageVerdict } from "./report-types.js";
import { RowDetail } from "./row-detail.js";
import { RowList } from "./row-list.js";

export interface RowsPanelProps {
  rows: readonly PageRow[];
  metrics: readonly PageMetric[];
  metric: PageVerdict;
  /** `index` of the row that is open. */
  chosen: number | null;
  onChoose: (index: number | null) => void;
}

/** The rows as a list, and beside it (on a phone below it) the one that is looked at. */
export function RowsPanel({ rows, metrics, metric, chosen, onChoose }: RowsPanelProps) {
  const detail = useRef<HTMLElement>(null);
  const at = rows.findIndex(({ index }) => index === chosen);
  const row = rows[at];
  const move = (by: number) => {
    const next = rows[at < 0 ? 0 : Math.min(Math.max(at + by, 0), rows.length - 1)];
    if (next) onChoose(next.index);
  };
  useShortcut("j", "Next row", () => move(1), rows.length > 0);
  useShortcut("k", "Row before", () => move(-1), rows.length > 0);
  useShortcut("Escape", "Close the row", () => onChoose(null), row !== undefined);
  useEffect(() => {
    // Side by side both are seen already; below each other the reader is taken to what was opened.
    if (row && matchMedia("(max-width: 60rem)").matches) detail.current?.scrollIntoView({ block: "start" });
  }, [row?.index]);
  if (rows.length === 0) {
    return (
      <EmptyState icon="search" title="No row is left">
        <p>Take a filter away.</p>
      </EmptyState>
    );
  }
  return (
    <div class="rows-panel">
      <RowList rows={rows} metric={metric} chosen={row?.index ?? null} onChoose={onChoose} />
      <section class="row-detail" ref={detail} aria-label="Row">
        {row ? (
          <RowDetail
            key={row.index}
            row={row}
            metrics={metrics}
            place={`${at + 1} of ${rows.length}`}
            onMove={move}
            onClose={() => onChoose(null)}
          />
        ) : (
          <EmptyState icon="list" title="Choose a row">
            <p>Gold and prediction stand here beside each other. J and K go through the rows.</p>
          </EmptyState>
        )}
      </section>
    </div>
  );
}
