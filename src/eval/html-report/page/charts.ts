import type { PageRow } from "../page-data.js";
import { h, type PageElement, svg } from "./browser.js";
import { currentMetric, type Page, type View } from "./page.js";
import { shareBar } from "./score-cards.js";
import { countRows, groupRows, tally } from "./tally.js";
import { count, kindLabel, percentNumber } from "./wording.js";

/** One line of a chart, which filters the rows when it is pressed. */
interface Line {
  key: string;
  label: string;
  bar: PageElement;
  value: string;
  size: string;
}

type ChartFilter = "hardness" | "db" | "kind" | "category";

const LINES_AT_FIRST = 10;
const LEVELS = ["easy", "medium", "hard", "extra", "unknown"];
const CATEGORIES = ["simple", "filter", "aggregation"];

export function charts(page: Page): View {
  const { rows } = page.data;
  const byHardness = groupRows(rows, (row) => row.hardness ?? "unknown");
  const byCategory = groupRows(rows, (row) => row.category);
  const byDatabase = groupRows(
    rows.filter(({ db }) => db !== null),
    ({ db }) => db!,
  );
  const known = [...byHardness.keys()].some((level) => level !== "unknown");
  // One kind a miss, so that they add up; answers that did not run are in the filter as well.
  const kinds = countRows(rows, ({ miss }) => (miss ? [miss.kind] : []));
  const parts = [
    known && chart(page, "hardness", "Score by hardness", () => scoreLines(page, byHardness, LEVELS)),
    chart(page, "category", "Score by category", () => scoreLines(page, byCategory, CATEGORIES)),
    kinds.length > 0 && chart(page, "kind", "Misses by kind", () => kindLines(kinds)),
    byDatabase.size > 0 && chart(page, "db", "Score by database", () => worstFirst(page, byDatabase)),
  ].filter((part) => part !== false);
  return {
    element: h("div", { class: "charts" }, ...parts.map(({ element }) => element)),
    update: () => {
      for (const part of parts) part.update();
    },
  };
}

function scoreLines(page: Page, groups: ReadonlyMap<string, PageRow[]>, order: readonly string[]): Line[] {
  return order.flatMap((key) => {
    const rows = groups.get(key);
    return rows ? [scoreLine(page, key, rows)] : [];
  });
}

function scoreLine(page: Page, key: string, rows: readonly PageRow[]): Line {
  const scores = tally(rows, page.state.metric);
  return {
    key,
    label: key,
    bar: shareBar(scores, true),
    value: scores.judged === 0 ? "–" : percentNumber(scores.right / scores.judged),
    size: count(scores.judged),
  };
}

/** The databases that go worst come first: they are what one looks for. */
function worstFirst(page: Page, groups: ReadonlyMap<string, PageRow[]>): Line[] {
  const share = (rows: readonly PageRow[]): number => {
    const { right, judged } = tally(rows, page.state.metric);
    return judged === 0 ? 2 : right / judged;
  };
  return [...groups]
    .map(([key, rows]) => ({ key, rows, share: share(rows) }))
    .sort((a, b) => a.share - b.share || b.rows.length - a.rows.length)
    .map(({ key, rows }) => scoreLine(page, key, rows));
}

function kindLines(counts: readonly [string, number][]): Line[] {
  const most = counts[0]?.[1] ?? 1;
  const all = counts.reduce((sum, [, n]) => sum + n, 0);
  return counts.map(([key, n]) => ({
    key,
    label: kindLabel(key),
    bar: svg(
      "svg",
      { class: "bar misses", viewBox: "0 0 100 10", preserveAspectRatio: "none", "aria-hidden": "true" },
      svg("rect", { class: "share", x: 0, y: 3, width: ((100 * n) / most).toFixed(2), height: 4 }),
    ),
    value: percentNumber(n / all),
    size: count(n),
  }));
}

function chart(page: Page, filter: ChartFilter, title: string, makeLines: () => Line[]): View {
  const list = h("ul", {});
  const unit = h("span", { class: "quiet" });
  const more = h("button", { type: "button", class: "plain", click: () => showAll() });
  let all = false;
  let shownMetric = "";
  let buttons: [string, PageElement][] = [];
  const render = (): void => {
    const lines = makeLines();
    const shown = all ? lines : lines.slice(0, LINES_AT_FIRST);
    buttons = shown.map((line) => [line.key, lineButton(page, filter, line)]);
    list.replaceChildren(...buttons.map(([, button]) => h("li", {}, button)));
    more.hidden = shown.length === lines.length;
    more.textContent = `Show all ${lines.length}`;
    unit.textContent = filter === "kind" ? "% of misses, rows" : `${currentMetric(page).short} %, rows`;
    shownMetric = page.state.metric;
  };
  const update = (): void => {
    if (shownMetric !== page.state.metric) render();
    for (const [key, button] of buttons) button.setAttribute("aria-pressed", String(page.state[filter] === key));
  };
  const showAll = (): void => {
    all = true;
    shownMetric = "";
    update();
    buttons[LINES_AT_FIRST]?.[1].focus();
  };
  return { element: h("section", { class: "chart" }, h("h2", {}, title, unit), list, more), update };
}

function lineButton(page: Page, filter: ChartFilter, { key, label, bar, value, size }: Line): PageElement {
  return h(
    "button",
    {
      type: "button",
      class: "line",
      title: label,
      click: () => page.change({ [filter]: page.state[filter] === key ? "" : key }),
    },
    h("span", { class: "label" }, label),
    bar,
    h("span", { class: "value" }, value),
    h("span", { class: "size" }, size),
  );
}
