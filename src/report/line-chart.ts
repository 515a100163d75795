import { html, type Markup, short } from "./markup.js";

export interface Series {
  name: string;
  points: readonly (readonly [x: number, y: number])[];
  /** Few points, each of its own weight: drawn with dots, and dashed between them. */
  dotted?: boolean;
}

export interface ChartOptions {
  title: string;
  /** What the x axis counts. Default "step". */
  xName?: string;
  width?: number;
  height?: number;
  /** How a value on the y axis reads; default as short as it can be. */
  format?: (value: number) => string;
  /** Ends of the x axis; default those of the data. */
  xRange?: readonly [number, number];
  /** Ends of the y axis; default those of the data, with 0 where it is near. */
  yRange?: readonly [number, number];
  /** A thin line from corner to corner: where both axes would agree. */
  diagonal?: boolean;
}

const LEFT = 52;
const RIGHT = 12;
const TOP = 10;
const BOTTOM = 30;

/** A line chart as inline SVG, its series named below it; null where there is nothing to draw. */
export function lineChart(series: readonly Series[], options: ChartOptions): Markup | null {
  const drawn = series.filter(({ points }) => points.length > 0);
  if (drawn.length === 0) return null;
  const { width = 640, height = 220, format = short, xName = "step" } = options;
  const all = drawn.flatMap(({ points }) => points);
  const [left, right] = options.xRange ?? [Math.min(...all.map(([x]) => x)), Math.max(...all.map(([x]) => x))];
  const xs = ticks(left, right, 6);
  const ys = yTicks(
    all.map(([, y]) => y),
    options.yRange,
  );
  const place = (value: number, [low, high]: readonly [number, number], from: number, to: number) =>
    from + ((value - low) / (high - low || 1)) * (to - from);
  const x = (value: number) => place(value, xs.range, LEFT, width - RIGHT).toFixed(1);
  const y = (value: number) => place(value, ys.range, height - BOTTOM, TOP).toFixed(1);
  const grid = ys.values.map(
    (value) =>
      html`<line class="grid" x1="${LEFT}" x2="${width - RIGHT}" y1="${y(value)}" y2="${y(value)}"/><text class="tick" x="${LEFT - 8}" y="${Number(y(value)) + 4}" text-anchor="end">${format(value)}</text>`,
  );
  const below = xs.values.map(
    (value) =>
      html`<text class="tick" x="${x(value)}" y="${height - BOTTOM + 17}" text-anchor="middle">${short(value)}</text>`,
  );
  const path = (points: Series["points"]) =>
    points.map(([a, b], i) => `${i === 0 ? "M" : "L"}${x(a)} ${y(b)}`).join("");
  const lines = drawn.map(({ points, dotted }, i) => {
    const dots =
      dotted || points.length === 1
        ? points.map(([a, b]) => html`<circle class="dot s${i}" cx="${x(a)}" cy="${y(b)}" r="3"/>`)
        : null;
    return html`<path class="series s${i}${dotted ? " dashed" : ""}" d="${path(points)}"/>${dots}`;
  });
  const corner = options.diagonal
    ? html`<line class="diagonal" x1="${x(xs.range[0])}" y1="${y(ys.range[0])}" x2="${x(xs.range[1])}" y2="${y(ys.range[1])}"/>`
    : null;
  const legend = drawn.some(({ name }) => name !== "")
    ? html`<p class="legend">${drawn.map(({ name, dotted }, i) => html`<span><svg width="22" height="8" aria-hidden="true"><path class="series s${i}${dotted ? " dashed" : ""}" d="M1 4L21 4"/></svg>${name}</span>`)}</p>`
    : null;
  const said = drawn
    .map(({ name, points }) => `${name || options.title}: ${format(points[0]![1])} to ${format(points.at(-1)![1])}`)
    .join("; ");
  return html`<figure class="chart"><figcaption>${options.title}</figcaption>${legend}<svg viewBox="0 0 ${width} ${height}" style="max-width:${Math.round(1.3 * width)}px" role="img" aria-label="${options.title}. ${said}.">${grid}${below}<text class="tick axis" x="${width - RIGHT}" y="${height - 1}" text-anchor="end">${xName}</text>${corner}${lines}</svg></figure>`;
}

interface Ticks {
  range: readonly [number, number];
  values: number[];
}

function yTicks(values: readonly number[], range: readonly [number, number] | undefined): Ticks {
  if (range) return { range, values: ticks(range[0], range[1], 4).values };
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const { values: found } = ticks(low > 0 && low < 0.6 * high ? 0 : low, high, 4);
  const gap = (found[1] ?? high) - (found[0] ?? low) || Math.abs(high) || 1;
  const from = Math.min(low, found[0] ?? low) < 0 || found[0] === undefined ? Math.min(low, found[0] ?? low) : found[0];
  const bottom = low < from ? from - gap : from;
  const top = high > found.at(-1)! ? found.at(-1)! + gap : found.at(-1)!;
  return { range: [bottom, top], values: ticks(bottom, top, 4).values };
}

/** Round numbers between two others: steps of 1, 2 or 5 times a power of ten. */
function ticks(low: number, high: number, wanted: number): Ticks {
  const span = high - low || Math.abs(high) || 1;
  const rough = span / wanted;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((size) => size >= rough) ?? rough;
  const values: number[] = [];
  for (let i = Math.ceil(low / step - 1e-9); i * step <= high + 1e-9 * span; i++)
    values.push(Number((i * step).toPrecision(12)));
  return { range: low === high ? [low - span / 2, high + span / 2] : [low, high], values };
}
