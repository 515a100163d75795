import type { RunEvent } from "./run-types.js";
import { isShare } from "./score-text.js";

/** One line of a chart. */
export interface Series {
  label: string;
  /** Place among the page's colours for marks, from 1. */
  mark: number;
  dashed?: boolean;
  /** Values of every few steps: each is shown as a dot. */
  dots?: boolean;
  /** Noisy, so that the reader may smooth it. */
  noisy?: boolean;
  points: readonly (readonly [step: number, value: number])[];
}

export interface Curve {
  key: string;
  title: string;
  /** Shown in percent, from 0 to 1. */
  share?: boolean;
  /** A logarithmic scale makes sense. */
  log?: boolean;
  series: readonly Series[];
}

type Point = readonly [number, number];

/** Values of one event's field over the steps. */
export function pointsOf(events: readonly RunEvent[], event: "train" | "eval", field: string): Point[] {
  return events.flatMap((it): Point[] => {
    if (it.event !== event) return [];
    const value = (it as unknown as Record<string, unknown>)[field];
    return typeof value === "number" && Number.isFinite(value) ? [[it.step, value]] : [];
  });
}

interface Measure {
  key: string;
  event: "train" | "eval";
  field: string;
  label: string;
}

const LOSS: Measure = { key: "loss", event: "train", field: "loss", label: "training" };
const EVAL_LOSS: Measure = { key: "eval_loss", event: "eval", field: "eval_loss", label: "evaluation" };
const SCORES: Measure[] = [
  { key: "ex", event: "eval", field: "ex", label: "EX" },
  { key: "em", event: "eval", field: "em", label: "EM" },
  { key: "ts", event: "eval", field: "ts", label: "TS" },
  { key: "exact_match", event: "eval", field: "exact_match", label: "string match" },
  { key: "token_accuracy", event: "eval", field: "token_accuracy", label: "tokens right" },
];
const STEADY: (Measure & { title: string; log: boolean })[] = [
  { key: "lr", event: "train", field: "lr", label: "learning rate", title: "Learning rate", log: false },
  { key: "grad_norm", event: "train", field: "grad_norm", label: "gradient norm", title: "Gradient norm", log: true },
  { key: "tokens", event: "train", field: "tokens_per_s", label: "tokens/s", title: "Tokens a second", log: false },
];

/** The charts of one run; those without a value are left out. */
export function curvesOf(events: readonly RunEvent[]): Curve[] {
  const line = ({ event, field, label }: Measure, mark: number): Series => ({
    ...{ label, mark, points: pointsOf(events, event, field) },
    ...(event === "eval" ? { dots: true } : { noisy: field !== "lr" }),
  });
  const curves: Curve[] = [
    { key: "loss", title: "Loss", log: true, series: [line(LOSS, 1), line(EVAL_LOSS, 2)] },
    { key: "scores", title: "Right answers", share: true, series: SCORES.map((score, at) => line(score, at + 1)) },
    ...STEADY.map(({ title, log, ...measure }) => ({ key: measure.key, title, log, series: [line(measure, 1)] })),
  ];
  return curves.map(withoutEmpty).filter(({ series }) => series.length > 0);
}

/** The same measure of several runs in one chart each. */
export function comparedCurves(runs: readonly { id: string; events: readonly RunEvent[] }[]): Curve[] {
  const of = (title: string, measure: Measure, log: boolean): Curve => ({
    ...{ key: measure.key, title, log, share: isShare(measure.field) },
    series: runs.map(({ id, events }, at) => ({
      ...{ label: id, mark: at + 1, points: pointsOf(events, measure.event, measure.field) },
      ...(measure.event === "eval" ? { dots: true } : { noisy: measure.field !== "lr" }),
    })),
  });
  const curves = [
    of("Training loss", LOSS, true),
    of("Evaluation loss", EVAL_LOSS, true),
    ...SCORES.map((score) => of(SCORE_TITLES[score.key] ?? score.label, score, false)),
    ...STEADY.map(({ title, log, ...measure }) => of(title, measure, log)),
  ];
  return curves.map(withoutEmpty).filter(({ series }) => series.length > 0);
}

const SCORE_TITLES: Record<string, string> = {
  ex: "Execution accuracy (EX)",
  em: "Exact set match (EM)",
  ts: "Test-suite accuracy (TS)",
  exact_match: "String match",
  token_accuracy: "Answer tokens right",
};

function withoutEmpty(curve: Curve): Curve {
  return { ...curve, series: curve.series.filter(({ points }) => points.length > 0) };
}

/**
 * An exponential moving average with its start corrected, as TensorBoard smooths: each value is the mean of those up to
 * it, an older one weighing `weight` times its successor.
 */
export function smoothed(points: readonly Point[], weight: number): Point[] {
  let sum = 0;
  let mass = 0;
  return points.map(([step, value]) => {
    sum = sum * weight + (1 - weight) * value;
    mass = mass * weight + (1 - weight);
    return [step, sum / mass];
  });
}

/** Columns on common steps, as the chart and the table want them: null where a series has no value. */
export function aligned(columns: readonly (readonly Point[])[]): { steps: number[]; values: (number | null)[][] } {
  const steps = [...new Set(columns.flatMap((points) => points.map(([step]) => step)))].sort((a, b) => a - b);
  const place = new Map(steps.map((step, at) => [step, at]));
  const values = columns.map((points) => {
    const column: (number | null)[] = steps.map(() => null);
    for (const [step, value] of points) column[place.get(step)!] = value;
    return column;
  });
  return { steps, values };
}

/** A value as a reader wants it: percent, or four digits that count. */
export function valueText(value: number | null | undefined, share = false): string {
  if (value == null) return "–";
  if (share) return `${(100 * value).toFixed(1)} %`;
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-3 || size >= 1e7)) return value.toExponential(2);
  if (size >= 1000) return Math.round(value).toLocaleString("en");
  return String(Number(value.toPrecision(4)));
}
