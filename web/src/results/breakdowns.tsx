import { useMemo, useState } from "preact/hooks";
import { countRows, groupRows, tally } from "../../../src/eval/html-report/page/tally.js";
import { kindLabel } from "../../../src/eval/html-report/page/wording.js";
import { Button } from "../parts/button.js";
import type { PageRow, PageVerdict } from "./report-types.js";
import { hardnessOf, NO_HARDNESS, type RowFilter, rowMatcher } from "./row-filter.js";

type Field = "hardness" | "category" | "db" | "kind";

interface Line {
  value: string;
  label: string;
  /** Length of the bar, in [0, 1]. */
  share: number;
  text: string;
  rows: number;
}

const LEVELS = ["easy", "medium", "hard", "extra", NO_HARDNESS];
const CATEGORIES = ["simple", "filter", "aggregation"];
const FIRST = 8;

export interface BreakdownsProps {
  rows: readonly PageRow[];
  filter: RowFilter;
  onChange: (part: Partial<RowFilter>) => void;
}

/** The score in parts; each part is a button that keeps its rows only. Each chart counts what the other filters leave. */
export function Breakdowns({ rows, filter, onChange }: BreakdownsProps) {
  const charts = useMemo(() => {
    // A share of right answers among the wrong ones says nothing.
    const left = (field: Field) => rows.filter(rowMatcher(filter, field, "verdict"));
    const { metric } = filter;
    const kinds = countRows(rows.filter(rowMatcher(filter, "kind")), ({ miss }) => (miss ? [miss.kind] : []));
    const most = kinds[0]?.[1] ?? 1;
    const knowsHardness = rows.some(({ hardness }) => hardness !== null);
    const all: { field: Field; title: string; lines: Line[] }[] = [
      {
        ...{ field: "hardness", title: "By hardness" },
        lines: knowsHardness ? ordered(groupRows(left("hardness"), hardnessOf), LEVELS, metric) : [],
      },
      {
        ...{ field: "category", title: "By form of the query" },
        lines: ordered(
          groupRows(left("category"), (row) => row.category),
          CATEGORIES,
          metric,
        ),
      },
      {
        ...{ field: "kind", title: "Misses by kind" },
        lines: kinds.map(([kind, count]) => ({
          ...{ value: kind, label: kindLabel(kind), share: count / most, text: String(count), rows: count },
        })),
      },
      { ...{ field: "db", title: "By database, the worst first" }, lines: worstFirst(left("db"), metric) },
    ];
    return all.filter(({ lines }) => lines.length > 0);
  }, [rows, filter]);
  return (
    <div class="breakdowns">
      {charts.map(({ field, title, lines }) => (
        <Breakdown
          key={field}
          {...{ field, title, lines }}
          chosen={filter[field]}
          onChoose={(value) => onChange({ [field]: filter[field] === value ? "" : value })}
        />
      ))}
    </div>
  );
}

function ordered(groups: ReadonlyMap<string, PageRow[]>, order: readonly string[], metric: PageVerdict): Line[] {
  return order.flatMap((value) => {
    const rows = groups.get(value);
    return rows ? [scoreLine(value, rows, metric)] : [];
  });
}

function worstFirst(rows: readonly PageRow[], metric: PageVerdict): Line[] {
  const groups = groupRows(
    rows.filter(({ db }) => db !== null),
    ({ db }) => db!,
  );
  return [...groups]
    .map(([db, own]) => scoreLine(db, own, metric))
    .sort((a, b) => a.share - b.share || b.rows - a.rows);
}

function scoreLine(value: string, rows: readonly PageRow[], metric: PageVerdict): Line {
  const { right, judged } = tally(rows, metric);
  const share = judged === 0 ? 0 : right / judged;
  const text = judged === 0 ? "–" : `${(100 * share).toFixed(1)} %`;
  return { value, label: value, share, text, rows: rows.length };
}

interface BreakdownProps {
  field: Field;
  title: string;
  lines: readonly Line[];
  chosen: string;
  onChoose: (value: string) => void;
}

function Breakdown({ field, title, lines, chosen, onChoose }: BreakdownProps) {
  const [all, setAll] = useState(false);
  const shown = all ? lines : lines.slice(0, FIRST);
  return (
    <section class={`breakdown by-${field}`}>
      <h2>{title}</h2>
      <ul>
        {shown.map(({ value, label, share, text, rows }) => (
          <li key={value}>
            <button type="button" aria-pressed={value === chosen} title={label} onClick={() => onChoose(value)}>
              <span class="breakdown-label">{label}</span>
              <span class="share-bar" aria-hidden="true">
                <span style={{ width: `${100 * share}%` }} />
              </span>
              <span class="breakdown-value">{text}</span>
              {field !== "kind" && <span class="breakdown-rows quiet small">{rows}</span>}
            </button>
          </li>
        ))}
      </ul>
      {lines.length > FIRST && (
        <Button kind="plain" size="small" aria-expanded={all} onClick={() => setAll(!all)}>
          {all ? "Fewer" : `All ${lines.length}`}
        </Button>
      )}
    </section>
  );
}
