import { useEffect, useMemo, useRef } from "preact/hooks";
import UPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import { aligned, type Curve, type Series, smoothed, valueText } from "./curve.js";

export interface ChartProps {
  curve: Curve;
  log: boolean;
  /** Weight of the past, 0 for none. */
  smoothing: number;
  height: number;
  /** Charts of one group show the same steps: from 0 to this one. */
  span: number;
  /** Changes with the colour scheme, so that the colours are read anew. */
  scheme: string;
  /** Charts of one group move their cursors together. */
  group: string;
  /** The step under the cursor; null where it has left. */
  onCursor: (step: number | null) => void;
  /** Gives a way to put the cursor on a step. */
  onReady: (moveTo: (step: number | null) => void) => void;
}

interface Line {
  series: Series;
  points: readonly (readonly [number, number])[];
  faint: boolean;
}

/** The chart itself. uPlot draws on a canvas: fast with 100,000 points, and without a name in the page's tree. */
export default function CurveChart(props: ChartProps) {
  const { curve, log, smoothing, height, span, scheme, group } = props;
  const place = useRef<HTMLDivElement>(null);
  const chart = useRef<UPlot | null>(null);
  const latest = useRef(props);
  latest.current = props;
  const lines = useMemo(() => linesOf(curve, smoothing), [curve, smoothing]);
  const shape = JSON.stringify([
    lines.map(({ series, faint }) => [series.label, series.mark, faint]),
    log,
    height,
    scheme,
  ]);
  const data = useMemo(() => dataOf(lines, log, span), [lines, log, span]);

  useEffect(() => {
    const element = place.current!;
    const plot = new UPlot(optionsOf(lines, element, latest), data, element);
    chart.current = plot;
    latest.current.onReady((step) => {
      if (step === null) plot.setCursor({ left: -10, top: -10 });
      else plot.setCursor({ left: plot.valToPos(step, "x"), top: plot.over.clientHeight / 2 });
    });
    const observer = new ResizeObserver(() => {
      const width = element.clientWidth;
      if (width > 0 && width !== plot.width) plot.setSize({ width, height });
    });
    observer.observe(element);
    return () => {
      observer.disconnect();
      plot.destroy();
      chart.current = null;
    };
  }, [shape, group]);

  useEffect(() => {
    // What the reader has zoomed into stays; otherwise new steps widen the chart.
    const plot = chart.current;
    if (!plot) return;
    const { min, max } = plot.scales.x!;
    const steps = plot.data[0];
    const whole = min == null || steps.length === 0 || (min <= steps[0]! && max! >= steps.at(-1)!);
    plot.setData(data, whole);
    if (!whole) plot.redraw();
  }, [data]);

  return <div class="chart-canvas" ref={place} style={{ height: `${height}px` }} />;
}

/** A smoothed series lies over what it was made of. */
function linesOf({ series }: Curve, smoothing: number): Line[] {
  return series.flatMap((it): Line[] => {
    if (!it.noisy || smoothing === 0) return [{ series: it, points: it.points, faint: false }];
    return [
      { series: it, points: it.points, faint: true },
      { series: it, points: smoothed(it.points, smoothing), faint: false },
    ];
  });
}

function dataOf(lines: readonly Line[], log: boolean, span: number): UPlot.AlignedData {
  // A logarithm has no place for what is not above 0.
  const drawn = lines.map(({ points }) => (log ? points.filter(([, value]) => value > 0) : points));
  const { steps, values } = aligned(drawn);
  if (steps[0] !== 0) {
    steps.unshift(0);
    for (const column of values) column.unshift(null);
  }
  if (steps.at(-1)! < span) {
    steps.push(span);
    for (const column of values) column.push(null);
  }
  return [steps, ...values];
}

function optionsOf(lines: readonly Line[], element: HTMLElement, latest: { current: ChartProps }): UPlot.Options {
  const { curve, log, height, group } = latest.current;
  const colour = (name: string) => resolved(element, `var(${name})`);
  const [ink, grid] = [colour("--quiet"), colour("--line")];
  const font = `12px ${getComputedStyle(element).fontFamily}`;
  const axis = {
    stroke: ink,
    font,
    grid: { stroke: grid, width: 1 },
    ticks: { stroke: grid, width: 1, size: 4 },
    gap: 5,
  };
  return {
    width: Math.max(element.clientWidth, 200),
    height,
    padding: [10, 12, 0, 0],
    legend: { show: false },
    cursor: {
      sync: { key: group },
      drag: { x: true, y: false },
      points: { size: 7 },
      x: true,
      y: false,
    },
    scales: {
      x: { time: false },
      y: log ? { distr: 3 } : { range: rangeOf(curve) },
    },
    axes: [
      {
        ...axis,
        size: 26,
        incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 20_000, 50_000, 100_000],
      },
      { ...axis, size: 60, values: (_, ticks) => ticks.map((tick) => tickText(tick, curve.share === true)) },
    ],
    series: [
      {},
      ...lines.map(({ series, faint }): UPlot.Series => {
        const stroke = colour(`--mark-${((series.mark - 1) % 6) + 1}`);
        return {
          label: series.label,
          stroke: faint ? fade(stroke) : stroke,
          width: faint ? 1 : 2,
          dash: series.mark > 6 ? [6, 4] : [],
          spanGaps: true,
          points: { show: series.dots === true || series.points.length < 2, size: 6, fill: stroke, stroke },
        };
      }),
    ],
    hooks: {
      setCursor: [
        (plot) => {
          const { idx } = plot.cursor;
          latest.current.onCursor(idx == null ? null : (plot.data[0][idx] ?? null));
        },
      ],
    },
  };
}

/** Shares are seen in the whole, losses and rates in what they span. */
function rangeOf({ share }: Curve): UPlot.Scale.Range {
  if (share) return (_, __, max) => [0, Math.min(1, Math.max(0.1, Math.ceil(max * 10.5) / 10))];
  return { min: { pad: 0.08, soft: 0, mode: 2 }, max: { pad: 0.08 } };
}

function tickText(tick: number | null, share: boolean): string {
  if (tick === null) return "";
  if (share) return `${Math.round(tick * 100)} %`;
  // Gradients and rates are small: "7.5e-4" takes less room than the zeros.
  return tick !== 0 && Math.abs(tick) < 1e-2 ? Number(tick.toPrecision(3)).toExponential() : valueText(tick);
}

/** A canvas knows no var() and no light-dark(): the browser is asked what they come to. */
function resolved(element: HTMLElement, value: string): string {
  const probe = document.createElement("span");
  probe.style.color = value;
  element.append(probe);
  const { color } = getComputedStyle(probe);
  probe.remove();
  return color;
}

function fade(color: string): string {
  return color.startsWith("rgb(") ? color.replace("rgb(", "rgba(").replace(")", ", 0.3)") : color;
}
