import type { Table } from "../../api/types.js";
import { columnKey, type UsedNames } from "../used-names.js";

export interface SchemaListProps {
  tables: readonly Table[];
  used: UsedNames;
  search: string;
}

/** Above this many tables each opens by itself. */
const ALL_OPEN = 8;

/** The schema as text: all that the diagram shows, in reading order. */
export function SchemaList({ tables, used, search }: SchemaListProps) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard
    <section class="schema-list" tabIndex={0} aria-label="Tables">
      {tables.map((table) => {
        const isUsed = used.tables.has(table.name.toLowerCase());
        return (
          <details key={table.name} open={tables.length <= ALL_OPEN || isUsed || search.trim() !== ""}>
            <summary class={isUsed ? "used" : ""}>
              <span class="mono">{table.name}</span>
              {isUsed && <span class="unseen"> (used by the SQL)</span>}
              <span class="quiet small">{table.columns.length}</span>
            </summary>
            <ul>
              {table.columns.map(({ name, type, primaryKey }) => {
                const isUsedColumn = used.columns.has(columnKey(table.name, name));
                const target = targetOf(table, name);
                return (
                  <li key={name} class={isUsedColumn ? "used" : ""}>
                    <span class="mono">{name}</span>
                    <span class="quiet small">{type.toLowerCase()}</span>
                    {primaryKey && <span class="key small">key</span>}
                    {target && <span class="quiet small">→ {target}</span>}
                    {isUsedColumn && <span class="unseen"> (used by the SQL)</span>}
                  </li>
                );
              })}
            </ul>
          </details>
        );
      })}
    </section>
  );
}

/** "table.column" that a column's foreign key names. */
function targetOf({ foreignKeys }: Table, column: string): string | null {
  for (const { columns, refTable, refColumns } of foreignKeys) {
    const at = columns.findIndex((name) => name.toLowerCase() === column.toLowerCase());
    if (at >= 0) return refColumns[at] === undefined ? refTable : `${refTable}.${refColumns[at]}`;
  }
  return null;
}
