import { useMemo, useRef } from "preact/hooks";
import { countRows } from "../../../src/eval/html-report/page/tally.js";
import { kindLabel, kindsOf } from "../../../src/eval/html-report/page/wording.js";
import { Button } from "../parts/button.js";
import { useShortcut } from "../shell/shortcuts.js";
import type { PageRow } from "./report-types.js";
import { hardnessOf, isFiltered, type RowFilter } from "./row-filter.js";

export interface FilterBarProps {
  rows: readonly PageRow[];
  found: number;
  filter: RowFilter;
  onChange: (part: Partial<RowFilter>) => void;
}

const CLEAR = { verdict: "", hardness: "", category: "", db: "", kind: "", words: "" } as const;

/** Which rows are listed. */
export function FilterBar({ rows, found, filter, onChange }: FilterBarProps) {
  const search = useRef<HTMLInputElement>(null);
  useShortcut("/", "Find in the rows", () => search.current?.focus());
  const options = useMemo(
    () => ({
      hardness: valuesOf(rows, hardnessOf),
      db: valuesOf(rows, ({ db }) => db ?? ""),
      category: valuesOf(rows, ({ category }) => category),
      kind: countRows(rows, kindsOf).map(([kind]) => kind),
    }),
    [rows],
  );
  const choice = (field: keyof typeof options, label: string, text: (value: string) => string = (value) => value) =>
    options[field].length > 1 || filter[field] !== "" ? (
      <label class="field">
        <span class="field-label">{label}</span>
        <select value={filter[field]} onChange={(event) => onChange({ [field]: event.currentTarget.value })}>
          <option value="">all</option>
          {options[field].map((value) => (
            <option key={value} value={value}>
              {text(value)}
            </option>
          ))}
        </select>
      </label>
    ) : null;
  return (
    <search class="filter-bar">
      <label class="field filter-search">
        <span class="field-label">Find in question or SQL</span>
        <input
          ref={search}
          type="search"
          placeholder="Press / to search"
          value={filter.words}
          onInput={(event) => onChange({ words: event.currentTarget.value })}
        />
      </label>
      <label class="field">
        <span class="field-label">Verdict</span>
        <select
          value={filter.verdict}
          onChange={(event) => onChange({ verdict: event.currentTarget.value as RowFilter["verdict"] })}
        >
          <option value="">all</option>
          <option value="right">right</option>
          <option value="wrong">wrong</option>
          <option value="unjudged">not judged</option>
        </select>
      </label>
      {choice("hardness", "Hardness")}
      {choice("category", "Form")}
      {choice("db", "Database")}
      {choice("kind", "Kind of miss", kindLabel)}
      <div class="filter-end">
        <p aria-live="polite">
          {found === rows.length
            ? `${rows.length.toLocaleString("en")} rows`
            : `${found.toLocaleString("en")} of ${rows.length.toLocaleString("en")} rows`}
        </p>
        <Button size="small" disabled={!isFiltered(filter)} onClick={() => onChange(CLEAR)}>
          Clear
        </Button>
      </div>
    </search>
  );
}

function valuesOf(rows: readonly PageRow[], of: (row: PageRow) => string): string[] {
  const order = ["easy", "medium", "hard", "extra"];
  const place = (value: string) => (order.includes(value) ? order.indexOf(value) : order.length);
  return [...new Set(rows.map(of))]
    .filter((value) => value !== "")
    .sort((a, b) => place(a) - place(b) || a.localeCompare(b));
}
