import type { Cell, ResultTable } from "../api/types.js";
import { cellText } from "../parts/cell-value.js";

export interface ChartPoint {
  label: string;
  value: number;
  /** Milliseconds since 1970, on a line. */
  at: number;
}

/** A result of two columns as a picture: numbers by name as bars, numbers by day as a line. */
export interface Chart {
  kind: "bar" | "line";
  labelName: string;
  valueName: string;
  points: ChartPoint[];
  /** Rows beyond what a chart of bars can show. */
  left: number;
}

const MOST_BARS = 40;
const DATE = /^(?:\d{4}(?:-\d{2}(?:-\d{2})?)?|\d{4}-\d{2}-\d{2}[ T]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?Z?)$/;

/** Null where the result is not one of labels (or days) and numbers. */
export function chartOf({ columns, rows }: ResultTable): Chart | null {
  if (columns.length !== 2 || rows.length < 2) return null;
  const numeric = [0, 1].map((at) => rows.every((row) => row[at] === null || typeof row[at] === "number"));
  const dated = [0, 1].map(
    (at) => rows.every((row) => isDate(row[at]!)) && new Set(rows.map((row) => row[at])).size > 1,
  );
  // Years come as numbers too: the first column of two is then the axis.
  const axis =
    dated[0] && numeric[1] ? 0 : dated[1] && numeric[0] && !numeric[1] ? 1 : numeric[1] ? 0 : numeric[0] ? 1 : null;
  if (axis === null) return null;
  const all = rows.flatMap((row): ChartPoint[] => {
    const value = row[1 - axis];
    if (typeof value !== "number") return [];
    return [{ label: row[axis] === null ? "NULL" : cellText(row[axis]!), value, at: dateOf(row[axis]!) }];
  });
  if (all.length < 2) return null;
  const kind = dated[axis] ? "line" : "bar";
  const points = kind === "line" ? all.toSorted((a, b) => a.at - b.at) : all.slice(0, MOST_BARS);
  return { kind, labelName: columns[axis]!, valueName: columns[1 - axis]!, points, left: all.length - points.length };
}

function isDate(value: Cell): boolean {
  if (typeof value === "number") return Number.isInteger(value) && value >= 1500 && value <= 2200;
  return typeof value === "string" && DATE.test(value) && !Number.isNaN(dateOf(value));
}

function dateOf(value: Cell): number {
  // A day without a time is read as UTC, so that it stays the same day everywhere.
  return Date.parse(String(value).replace(" ", "T"));
}

/** Round steps from at or below `from` to at or above `to`. */
export function ticksOf(from: number, to: number, about: number): number[] {
  if (from === to) return ticksOf(Math.min(0, from), Math.max(0, to) || 1, about);
  const rough = (to - from) / about;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * ([1, 2, 2.5, 5, 10].find((it) => it * power >= rough) ?? 10);
  const first = Math.floor(from / step + 1e-9);
  const last = Math.ceil(to / step - 1e-9);
  return Array.from({ length: last - first + 1 }, (_, at) => Number(((first + at) * step).toPrecision(12)));
}

const compact = new Intl.NumberFormat("en", { notation: "compact", maximumFractionDigits: 2 });
const plain = new Intl.NumberFormat("en", { maximumFractionDigits: 2 });

export function numberText(value: number): string {
  return Math.abs(value) >= 100_000 ? compact.format(value) : plain.format(value);
}
