import type { ComponentChildren } from "preact";
import { useMemo, useState } from "preact/hooks";
import { Button } from "./button.js";
import { type CellValue, compareCells } from "./cell-value.js";
import { download, toCsv } from "./csv.js";

export interface DataTableProps {
  /** What the table holds, for screen readers. */
  label: string;
  columns: readonly string[];
  rows: readonly (readonly CellValue[])[];
  /** Name of the file that Export saves; without it there is no export. */
  fileName?: string;
  /** Draws a cell in another way than as text. */
  cell?: (value: CellValue, column: number, row: readonly CellValue[]) => ComponentChildren;
  /** Stands left of the export button. */
  caption?: ComponentChildren;
}

interface Order {
  column: number;
  down: boolean;
}

const FIRST = 200;

/** A table that sorts by its headings (up, down, as it came) and saves itself as CSV in the order shown. */
export function DataTable({ label, columns, rows, fileName, cell = plainCell, caption }: DataTableProps) {
  const [order, setOrder] = useState<Order | null>(null);
  const [shown, setShown] = useState(FIRST);
  const sorted = useMemo(() => {
    if (!order || order.column >= columns.length) return rows;
    const sign = order.down ? -1 : 1;
    return rows.toSorted((a, b) => sign * compareCells(a[order.column], b[order.column]));
  }, [rows, columns, order]);
  const numeric = useMemo(
    () => columns.map((_, at) => rows.some((row) => row[at] != null) && rows.every((row) => isNumber(row[at]))),
    [columns, rows],
  );
  const sort = (column: number) => {
    setOrder((now) => (now?.column !== column ? { column, down: false } : now.down ? null : { column, down: true }));
  };
  return (
    <div class="data-table">
      {(caption || fileName) && (
        <div class="data-table-bar">
          <div class="data-table-caption">{caption}</div>
          {fileName && (
            <Button size="small" icon="download" onClick={() => download(fileName, toCsv(columns, sorted))}>
              CSV
            </Button>
          )}
        </div>
      )}
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard */}
      <section class="scroll" tabIndex={0} aria-label={label}>
        <table>
          <thead>
            <tr>
              {columns.map((column, at) => (
                <th
                  key={at}
                  scope="col"
                  class={numeric[at] ? "number" : ""}
                  aria-sort={order?.column === at ? (order.down ? "descending" : "ascending") : undefined}
                >
                  <button type="button" onClick={() => sort(at)}>
                    {column}
                    <span class="sort-mark" aria-hidden="true">
                      {order?.column === at ? (order.down ? "↓" : "↑") : ""}
                    </span>
                  </button>
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {sorted.slice(0, shown).map((row, at) => (
              <tr key={at}>
                {columns.map((_, column) => (
                  <td key={column} class={numeric[column] ? "number" : ""}>
                    {cell(row[column], column, row)}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </section>
      {sorted.length > shown && (
        <Button size="small" class="more" onClick={() => setShown((now) => now * 5)}>
          {`Show more of ${sorted.length.toLocaleString("en")} rows`}
        </Button>
      )}
    </div>
  );
}

function plainCell(value: CellValue): ComponentChildren {
  if (value === null || value === undefined) return <span class="null">NULL</span>;
  if (typeof value === "object") {
    return <span class="mono quiet">{`${Math.floor((value.base64.length * 3) / 4)} bytes`}</span>;
  }
  return String(value);
}

function isNumber(value: CellValue): boolean {
  return value == null || typeof value === "number" || (typeof value === "string" && /^-?\d{16,19}$/.test(value));
}
