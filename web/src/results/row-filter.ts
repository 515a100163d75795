import { kindsOf } from "../../../src/eval/html-report/page/wording.js";
import type { PageMetric, PageRow, PageVerdict } from "./report-types.js";

/** What the address says of which rows are wanted. Empty texts want all. */
export interface RowFilter {
  metric: PageVerdict;
  verdict: "" | "right" | "wrong" | "unjudged";
  hardness: string;
  category: string;
  db: string;
  /** A kind of miss, or "failure:" and why the query did not run. */
  kind: string;
  /** Words that question, gold or prediction must have. */
  words: string;
}

export const NO_HARDNESS = "unknown";
const VERDICTS = ["right", "wrong", "unjudged"] as const;
const FIELDS = ["hardness", "category", "db", "kind"] as const;

export function filterFrom(query: URLSearchParams, metrics: readonly PageMetric[]): RowFilter {
  const metric = metrics.find(({ key }) => key === query.get("metric")) ?? metrics[0];
  const text = (name: string) => query.get(name) ?? "";
  return {
    metric: metric?.key ?? "exact_match",
    verdict: VERDICTS.find((verdict) => verdict === query.get("verdict")) ?? "",
    hardness: text("hardness"),
    category: text("category"),
    db: text("db"),
    kind: text("kind"),
    words: text("q"),
  };
}

/** The address of a filter; what is as at the start is left out. */
export function queryOf(filter: RowFilter, metrics: readonly PageMetric[], row: number | null): URLSearchParams {
  const query = new URLSearchParams();
  if (filter.metric !== metrics[0]?.key) query.set("metric", filter.metric);
  if (filter.verdict) query.set("verdict", filter.verdict);
  for (const field of FIELDS) if (filter[field]) query.set(field, filter[field]);
  if (filter.words) query.set("q", filter.words);
  if (row !== null) query.set("row", String(row));
  return query;
}

export function isFiltered({ verdict, hardness, category, db, kind, words }: RowFilter): boolean {
  return [verdict, hardness, category, db, kind, words].some((value) => value !== "");
}

export function hardnessOf(row: PageRow): string {
  return row.hardness ?? NO_HARDNESS;
}

/** Whether a row is among those that are wanted. `except` leaves parts out: what their other values would give. */
export function rowMatcher(filter: RowFilter, ...except: (keyof RowFilter)[]): (row: PageRow) => boolean {
  const words = except.includes("words") ? [] : filter.words.toLowerCase().split(/\s+/).filter(Boolean);
  const wants = (field: keyof RowFilter) => !except.includes(field) && filter[field] !== "";
  return (row) => {
    if (wants("verdict") && outcomeOf(row, filter.metric) !== filter.verdict) return false;
    if (wants("hardness") && hardnessOf(row) !== filter.hardness) return false;
    if (wants("category") && row.category !== filter.category) return false;
    if (wants("db") && row.db !== filter.db) return false;
    if (wants("kind") && !kindsOf(row).includes(filter.kind)) return false;
    if (words.length === 0) return true;
    const text = `${row.question}\n${row.gold}\n${row.predicted}\n${row.id}`.toLowerCase();
    return words.every((word) => text.includes(word));
  };
}

export function outcomeOf({ verdicts }: PageRow, metric: PageVerdict): "right" | "wrong" | "unjudged" {
  const verdict = verdicts[metric];
  return verdict === null ? "unjudged" : verdict ? "right" : "wrong";
}
