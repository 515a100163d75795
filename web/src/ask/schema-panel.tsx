import { useState } from "preact/hooks";
import type { Table } from "../api/types.js";
import { EmptyState } from "../parts/empty-state.js";
import { ErrorBox } from "../parts/error-box.js";
import { localStore } from "../state/local-store.js";
import { useStore } from "../state/store.js";
import { SchemaDiagram } from "./diagram/schema-diagram.js";
import { SchemaList } from "./diagram/schema-list.js";
import { chooseSubject, subjectState, titleOf } from "./subject.js";
import { useUsedNames } from "./used-names.js";

type View = "diagram" | "list";

const chosenView = localStore<View>("schema-view", "diagram", (it): it is View => it === "diagram" || it === "list");

/** The tables of what is asked about, as a picture or as a list; those that the SQL uses stand out. */
export function SchemaPanel() {
  const state = useStore(subjectState);
  const view = useStore(chosenView);
  const used = useUsedNames();
  const [search, setSearch] = useState("");
  const tables = state.phase === "ready" ? state.subject.tables : [];
  const found = matching(tables, search);
  return (
    <section class="panel schema" aria-labelledby="schema-title">
      <div class="panel-head schema-head">
        <h2 id="schema-title">Schema</h2>
        <span class="quiet small schema-count">{countOf(tables)}</span>
        {/* biome-ignore lint/a11y/useSemanticElements: a fieldset cannot stand in this row */}
        <div class="segments" role="group" aria-label="Show the schema as">
          {(["diagram", "list"] as const).map((name) => (
            <button key={name} type="button" aria-pressed={view === name} onClick={() => chosenView.set(name)}>
              {name === "diagram" ? "Diagram" : "List"}
            </button>
          ))}
        </div>
      </div>
      {tables.length > 3 && (
        <div class="schema-search">
          <input
            type="search"
            aria-label="Find a table or column"
            placeholder="Find a table or column"
            value={search}
            onInput={(event) => setSearch(event.currentTarget.value)}
          />
          {search.trim() !== "" && (
            <span class="quiet small" role="status">
              {found.length === 0 ? "none" : `${found.length} of ${tables.length}`}
            </span>
          )}
        </div>
      )}
      {state.phase === "failed" && (
        <ErrorBox
          title={`${titleOf(state.ref)} could not be read`}
          error={state.error}
          onRetry={() => void chooseSubject(state.ref)}
        />
      )}
      {state.phase === "none" && <EmptyState icon="table" title="No schema yet" />}
      {state.phase === "ready" && tables.length === 0 && <EmptyState icon="table" title="There is no table in it" />}
      {tables.length > 0 &&
        (view === "diagram" ? (
          <SchemaDiagram
            key={state.phase === "ready" ? titleOf(state.ref) : ""}
            tables={tables}
            used={used}
            found={search.trim() === "" ? null : found}
          />
        ) : (
          <SchemaList tables={search.trim() === "" ? tables : found} used={used} search={search} />
        ))}
    </section>
  );
}

function matching(tables: readonly Table[], search: string): Table[] {
  const wanted = search.trim().toLowerCase();
  if (wanted === "") return [];
  const has = (name: string) => name.toLowerCase().includes(wanted);
  const byName = tables.filter(({ name }) => has(name));
  // A table that is called so comes before one that has such a column.
  return [...byName, ...tables.filter((table) => !has(table.name) && table.columns.some(({ name }) => has(name)))];
}

function countOf(tables: readonly Table[]): string {
  if (tables.length === 0) return "";
  const columns = tables.reduce((sum, table) => sum + table.columns.length, 0);
  return `${tables.length} ${tables.length === 1 ? "table" : "tables"}, ${columns} columns`;
}
