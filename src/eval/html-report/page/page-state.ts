import type { PageData, PageRow, PageVerdict } from "../page-data.js";
import { kindsOf, outcome } from "./wording.js";

/** What the reader chose. All of it stands in the address, so that a view can be sent to somebody. */
export interface PageState {
  /** The metric that the charts and the filter speak of. */
  metric: PageVerdict;
  /** "" is all. */
  verdict: string;
  hardness: string;
  category: string;
  db: string;
  kind: string;
  q: string;
  /** The open row's index. */
  row: number | null;
}

export type Filter = "verdict" | "hardness" | "category" | "db" | "kind" | "q";
export const FILTERS: readonly Filter[] = ["verdict", "hardness", "category", "db", "kind", "q"];

export function readState(hash: string, data: PageData): PageState {
  const given = new URLSearchParams(hash.replace(/^#/, ""));
  const metric = data.metrics.find(({ key }) => key === given.get("metric")) ?? data.metrics[0];
  const row = given.get("row");
  return {
    metric: metric?.key ?? "exact_match",
    verdict: given.get("verdict") ?? "",
    hardness: given.get("hardness") ?? "",
    category: given.get("category") ?? "",
    db: given.get("db") ?? "",
    kind: given.get("kind") ?? "",
    q: given.get("q") ?? "",
    row: row !== null && /^\d+$/.test(row) && data.rows.some(({ index }) => index === Number(row)) ? Number(row) : null,
  };
}

export function writeState(state: PageState, data: PageData): string {
  const written = new URLSearchParams();
  if (state.metric !== data.metrics[0]?.key) written.set("metric", state.metric);
  for (const filter of FILTERS) if (state[filter] !== "") written.set(filter, state[filter]);
  if (state.row !== null) written.set("row", String(state.row));
  return written.toString();
}

const haystacks = new WeakMap<PageRow, string>();

/** All that the search looks into, made when it is first needed. */
function haystack(row: PageRow): string {
  let text = haystacks.get(row);
  if (text === undefined) {
    text = [row.question, row.gold, row.predicted, row.db, row.id, row.miss?.detail].join("\n").toLowerCase();
    haystacks.set(row, text);
  }
  return text;
}

/** Rows that pass every filter; all words of the search must occur, in any order. */
export function filterRows(rows: readonly PageRow[], state: PageState): PageRow[] {
  const words = state.q.toLowerCase().split(/\s+/).filter(Boolean);
  return rows.filter(
    (row) =>
      (state.verdict === "" || outcome(row, state.metric) === state.verdict) &&
      (state.hardness === "" || (row.hardness ?? "unknown") === state.hardness) &&
      (state.category === "" || row.category === state.category) &&
      (state.db === "" || row.db === state.db) &&
      (state.kind === "" || kindsOf(row).includes(state.kind)) &&
      words.every((word) => haystack(row).includes(word)),
  );
}
