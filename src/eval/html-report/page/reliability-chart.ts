import { type Reliability, reliability } from "../../reliability.js";
import type { PageRow } from "../page-data.js";
import { h, type PageElement, svg } from "./browser.js";
import { currentMetric, type Page, type View } from "./page.js";
import { count, percentNumber } from "./wording.js";

interface Series {
  name: string;
  kind: "raw" | "calibrated";
  of(row: PageRow): number | null;
}

const SERIES: readonly Series[] = [
  { name: "Confidence", kind: "raw", of: ({ confidence }) => confidence },
  { name: "Calibrated", kind: "calibrated", of: ({ calibrated }) => calibrated },
];

/** Of the drawing, in its own units: the plot is a square with the axes' numbers left of and below it. */
const SIDE = 180;
const LEFT = 38;
const TOP = 8;
const WIDTH = LEFT + SIDE + 12;
const HEIGHT = TOP + SIDE + 34;

/**
 * Reliability diagram: how many of the answers of each tenth of confidence are right, by the metric that the page speaks
 * of. Null where no row has a confidence.
 */
export function reliabilityChart(page: Page): View | null {
  const { rows } = page.data;
  const shown = SERIES.filter(({ of }) => rows.some((row) => of(row) !== null));
  if (shown.length === 0) return null;
  const figure = h("div", { class: "reliability" });
  const unit = h("span", { class: "quiet" });
  let drawn = "";
  const update = (): void => {
    if (drawn === page.state.metric) return;
    drawn = page.state.metric;
    const measured = shown.flatMap((series) => {
      const found = reliability(answersOf(rows, series, page));
      return found ? [{ series, found }] : [];
    });
    unit.textContent = `right by ${currentMetric(page).short}, %`;
    figure.replaceChildren(
      diagram(measured),
      h("div", {}, ...measured.map(({ series, found }) => legend(series, found)), numbers(measured)),
    );
  };
  const element = h("section", { class: "chart" }, h("h2", {}, "Can the confidence be trusted?", unit), figure);
  return { element, update };
}

interface Measured {
  series: Series;
  found: Reliability;
}

function answersOf(rows: readonly PageRow[], { of }: Series, page: Page): { confidence: number; right: boolean }[] {
  return rows.flatMap((row) => {
    const [confidence, right] = [of(row), row.verdicts[page.state.metric]];
    return confidence === null || right === null ? [] : { confidence, right };
  });
}

const x = (share: number): string => (LEFT + SIDE * share).toFixed(1);
const y = (share: number): string => (TOP + SIDE * (1 - share)).toFixed(1);

function diagram(measured: readonly Measured[]): PageElement {
  const words = measured.map(
    ({ series, found }) => `${series.name}: expected calibration error ${percentNumber(found.ece)} %`,
  );
  const grid = [0, 0.25, 0.5, 0.75, 1].flatMap((share) => [
    svg("path", { class: "grid", d: `M${x(share)} ${y(0)}V${y(1)}M${x(0)} ${y(share)}H${x(1)}` }),
    svg("text", { class: "tick", x: x(share), y: HEIGHT - 20, "text-anchor": "middle" }, String(100 * share)),
    svg(
      "text",
      { class: "tick", x: LEFT - 11, y: (Number(y(share)) + 3.5).toFixed(1), "text-anchor": "end" },
      String(100 * share),
    ),
  ]);
  return svg(
    "svg",
    {
      viewBox: `0 0 ${WIDTH} ${HEIGHT}`,
      role: "img",
      "aria-label": `Share of right answers against their confidence. ${words.join(". ")}. The numbers are in the table.`,
    },
    ...grid,
    svg("path", { class: "perfect", d: `M${x(0)} ${y(0)}L${x(1)} ${y(1)}` }),
    svg("text", { class: "tick", x: LEFT + SIDE / 2, y: HEIGHT - 4, "text-anchor": "middle" }, "confidence, %"),
    ...measured.map(drawSeries),
  );
}

/** A point a tenth, as large as it has rows. */
function drawSeries({ series, found }: Measured): PageElement {
  const line = found.bins.map(({ confidence, accuracy }, i) => `${i === 0 ? "M" : "L"}${x(confidence)} ${y(accuracy)}`);
  return svg(
    "g",
    { class: series.kind },
    svg("path", { class: "curve", d: line.join("") }),
    ...found.bins.map(({ rows, confidence, accuracy }) =>
      svg("circle", { cx: x(confidence), cy: y(accuracy), r: (2.5 + 5 * Math.sqrt(rows / found.rows)).toFixed(1) }),
    ),
  );
}

function legend({ name, kind }: Series, { ece, brier }: Reliability): PageElement {
  return h(
    "p",
    { class: `key ${kind}` },
    h("strong", {}, name),
    h("span", { class: "quiet" }, `calibration error ${percentNumber(ece)} %, Brier score ${brier.toFixed(3)}`),
  );
}

function numbers(measured: readonly Measured[]): PageElement {
  const head = ["", "Confidence", "Right", "Rows"].map((name, i) =>
    h("th", { scope: "col", class: i === 0 ? null : "number" }, name || h("span", { class: "unseen" }, "Which")),
  );
  const lines = measured.flatMap(({ series, found }) =>
    found.bins.map(({ confidence, accuracy, rows }) =>
      h(
        "tr",
        {},
        h("th", { scope: "row" }, series.name),
        ...[percentNumber(confidence), percentNumber(accuracy), count(rows)].map((text) =>
          h("td", { class: "number" }, text),
        ),
      ),
    ),
  );
  return h(
    "details",
    {},
    h("summary", { class: "quiet" }, "Numbers"),
    h(
      "table",
      { "aria-label": "Confidence and share of right answers" },
      h("thead", {}, h("tr", {}, ...head)),
      h("tbody", {}, ...lines),
    ),
  );
}
