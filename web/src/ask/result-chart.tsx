import { useEffect, useRef, useState } from "preact/hooks";
import { type Chart, numberText, ticksOf } from "./chart-data.js";

/** A chart of two columns. Its table, one tab away, has the same numbers for those who do not see it. */
export function ResultChart({ chart }: { chart: Chart }) {
  const [frame, width] = useWidth();
  const { kind, labelName, valueName, points, left } = chart;
  const label = `${kind === "bar" ? "Bars" : "Line"}: ${valueName} by ${labelName}, ${points.length} values. The table has them all.`;
  return (
    <figure class="chart" ref={frame}>
      <figcaption class="small quiet">
        {`${valueName} by ${labelName}`}
        {left > 0 && ` · the first ${points.length} of ${points.length + left} rows`}
      </figcaption>
      {width > 0 &&
        (kind === "bar" ? (
          <Bars chart={chart} width={width} label={label} />
        ) : (
          <Line chart={chart} width={width} label={label} />
        ))}
    </figure>
  );
}

const ROW = 26;

interface DrawnChart {
  chart: Chart;
  width: number;
  label: string;
}

/** Bars lie, so that their names can be read. */
function Bars({ chart: { points }, width, label }: DrawnChart) {
  const names = Math.min(width * 0.36, Math.max(...points.map((point) => textWidth(point.label))) + 12);
  const values = Math.max(...points.map((point) => textWidth(numberText(point.value)))) + 14;
  const low = Math.min(0, ...points.map(({ value }) => value));
  const high = Math.max(0, ...points.map(({ value }) => value));
  const room = Math.max(20, width - names - values - (low < 0 ? values : 0));
  const start = names + (low < 0 ? values : 0);
  const x = (value: number) => start + ((value - low) / (high - low || 1)) * room;
  return (
    <svg role="img" aria-label={label} width={width} height={points.length * ROW + 4}>
      {points.map(({ label: name, value }, at) => {
        const y = at * ROW + 2;
        const [from, to] = [Math.min(x(0), x(value)), Math.max(x(0), x(value))];
        return (
          <g key={at}>
            <title>{`${name}: ${value}`}</title>
            <text class="chart-name" x={names - 10} y={y + ROW / 2} text-anchor="end">
              {cut(name, names - 12)}
            </text>
            <rect class="chart-bar" x={from} y={y + 4} width={Math.max(1, to - from)} height={ROW - 8} rx={3} />
            <text
              class="chart-value"
              x={value < 0 ? from - 6 : to + 6}
              y={y + ROW / 2}
              text-anchor={value < 0 ? "end" : "start"}
            >
              {numberText(value)}
            </text>
          </g>
        );
      })}
      <line class="chart-axis" x1={x(0)} x2={x(0)} y1={0} y2={points.length * ROW + 4} />
    </svg>
  );
}

const HEIGHT = 260;
const FOOT = 24;

function Line({ chart: { points }, width, label }: DrawnChart) {
  const values = points.map(({ value }) => value);
  const low = Math.min(...values);
  // From nought, unless the numbers lie close together far above it.
  const ticks = ticksOf(low > 0 && low < Math.max(...values) * 0.6 ? 0 : low, Math.max(...values), 5);
  const left = Math.max(...ticks.map((tick) => textWidth(numberText(tick)))) + 10;
  const [first, last] = [points[0]!.at, points.at(-1)!.at];
  const x = (at: number) => left + ((at - first) / (last - first || 1)) * (width - left - 12);
  const y = (value: number) => 10 + (1 - (value - ticks[0]!) / (ticks.at(-1)! - ticks[0]!)) * (HEIGHT - FOOT - 10);
  const path = points.map(
    (point, at) => `${at === 0 ? "M" : "L"}${x(point.at).toFixed(1)} ${y(point.value).toFixed(1)}`,
  );
  const every = Math.ceil(points.length / Math.max(2, Math.floor((width - left) / 90)));
  return (
    <svg role="img" aria-label={label} width={width} height={HEIGHT}>
      {ticks.map((tick) => (
        <g key={tick}>
          <line class="chart-grid" x1={left} x2={width} y1={y(tick)} y2={y(tick)} />
          <text class="chart-tick" x={left - 8} y={y(tick)} text-anchor="end">
            {numberText(tick)}
          </text>
        </g>
      ))}
      <path class="chart-line" d={path.join("")} />
      {points.map((point, at) => (
        <g key={at}>
          <circle class="chart-dot" cx={x(point.at)} cy={y(point.value)} r={points.length > 60 ? 1.5 : 3}>
            <title>{`${point.label}: ${point.value}`}</title>
          </circle>
          {at % every === 0 && (
            <text
              class="chart-tick"
              x={x(point.at)}
              y={HEIGHT - 8}
              text-anchor={at === 0 ? "start" : at === points.length - 1 ? "end" : "middle"}
            >
              {point.label}
            </text>
          )}
        </g>
      ))}
    </svg>
  );
}

/** About as wide as text of 12 pixels is drawn. */
function textWidth(text: string): number {
  return text.length * 7;
}

function cut(text: string, width: number): string {
  const most = Math.floor(width / 7);
  return text.length > most ? `${text.slice(0, Math.max(1, most - 1))}…` : text;
}

/** The width of an element, followed. */
function useWidth() {
  const element = useRef<HTMLElement>(null);
  const [width, setWidth] = useState(0);
  useEffect(() => {
    const observer = new ResizeObserver(([entry]) => setWidth(Math.floor(entry!.contentRect.width)));
    observer.observe(element.current!);
    return () => observer.disconnect();
  }, []);
  return [element, width] as const;
}
