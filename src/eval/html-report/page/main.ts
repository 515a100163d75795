import type { PageData, PageRow } from "../page-data.js";
import { browser, h, type PageElement } from "./browser.js";
import { charts } from "./charts.js";
import { componentsTable } from "./components-table.js";
import { detailPanel } from "./detail-panel.js";
import { filterBar } from "./filter-bar.js";
import { listenToKeys } from "./keyboard.js";
import type { Page } from "./page.js";
import { FILTERS, filterRows, readState, writeState } from "./page-state.js";
import { reliabilityChart } from "./reliability-chart.js";
import { rowList } from "./row-list.js";
import { scoreCards } from "./score-cards.js";
import { themeButton } from "./theme-button.js";

const { document, location, history } = browser;
const data = JSON.parse(document.getElementById("data")!.textContent!) as PageData;

let state = readState(location.hash, data);
let visible: readonly PageRow[] = filterRows(data.rows, state);
/** Where j and k stand while no row is open. */
let cursor: number | null = state.row;

const page: Page = {
  data,
  get state() {
    return state;
  },
  get visible() {
    return visible;
  },
  change(changed) {
    const before = state;
    state = { ...state, ...changed };
    const judgedAnew = state.verdict !== "" && state.metric !== before.metric;
    if (judgedAnew || FILTERS.some((filter) => state[filter] !== before[filter])) {
      visible = filterRows(data.rows, state);
    }
    const address = writeState(state, data);
    history.replaceState(null, "", address === "" ? location.pathname + location.search : `#${address}`);
    update();
    if (state.row !== null && changed.row !== undefined) openRow(state.row);
    else if (state.row === null && before.row !== null) list.button(before.row)?.focus();
  },
};

const bar = filterBar(page);
const list = rowList(page);
const panel = detailPanel(page, move);
const components = componentsTable(page);
const scores = scoreCards(page);
const pictures = charts(page);
const trust = reliabilityChart(page);
const views = [scores, pictures, ...[components, trust].filter((view) => view !== null), bar, list, panel];

/** On a narrow screen the open row covers the page, which then must not be reached behind it. */
const narrow = browser.matchMedia("(max-width: 64rem)");
const behind = [
  h(
    "header",
    { class: "top" },
    h("div", {}, h("p", { class: "kicker" }, "sqltune evaluation"), h("h1", {}, data.title)),
    themeButton(),
  ),
  h("section", { class: "overview", "aria-label": "Overview" }, ...overview()),
  h("div", { class: "finder" }, bar.element),
];
const foot = footer();
const rowsAndDetail = h("div", { class: "explorer" }, list.element, panel.element);

function overview(): PageElement[] {
  const facts = data.facts.map(([name, value]) => h("div", {}, h("dt", {}, name), h("dd", {}, value)));
  for (const part of [trust, components]) if (part) pictures.element.append(part.element);
  return [scores.element, h("dl", { class: "facts" }, ...facts), pictures.element];
}

function footer(): PageElement {
  const method = data.method.flatMap(([name, text]) => [h("dt", {}, name), h("dd", {}, text)]);
  return h(
    "footer",
    {},
    h("details", {}, h("summary", {}, "How this was measured"), h("dl", { class: "method" }, ...method)),
    h(
      "p",
      { class: "quiet keys" },
      ...(
        [
          ["/", "search"],
          ["j", "next"],
          ["k", "previous"],
          ["Enter", "open"],
          ["Esc", "close"],
        ] as const
      ).flatMap(([key, does]) => [h("kbd", {}, key), ` ${does}  `]),
    ),
  );
}

function update(): void {
  for (const view of views) view.update();
  const open = state.row !== null;
  cursor = state.row ?? cursor;
  rowsAndDetail.classList.toggle("open", open);
  document.body.classList.toggle("covered", open);
  for (const part of [...behind, list.element, foot]) part.inert = open && narrow.matches;
}

/** The open row stays below the filters, which take as many lines as the width makes them. */
function placeBelowFilters(): void {
  const { height } = bar.element.getBoundingClientRect();
  document.documentElement.style.setProperty("--finder", `${Math.ceil(height)}px`);
}

function openRow(index: number): void {
  // Below the charts, only the top of the panel would be in sight.
  if (panel.element.getBoundingClientRect().top > browser.innerHeight / 3)
    rowsAndDetail.scrollIntoView({ block: "start" });
  list.button(index)?.scrollIntoView({ block: "nearest" });
  panel.focus();
}

/** To the next or previous row among those shown: opens it where one is open, else only goes to it. */
function move(step: 1 | -1): void {
  if (visible.length === 0) return;
  const at = visible.findIndex(({ index }) => index === cursor);
  const next = visible[at === -1 ? 0 : Math.min(visible.length - 1, Math.max(0, at + step))]!;
  cursor = next.index;
  if (state.row === null) list.button(next.index)?.focus();
  else page.change({ row: next.index });
}

listenToKeys({
  search: bar.search,
  move,
  close: () => {
    const open = state.row !== null;
    if (open) page.change({ row: null });
    return open;
  },
  searched: () => {
    page.change({ q: bar.search.value.trim() });
    cursor = null;
    move(1);
  },
  clearSearch: () => {
    bar.search.value = "";
    page.change({ q: "" });
  },
});

browser.addEventListener("hashchange", () => {
  state = readState(location.hash, data);
  visible = filterRows(data.rows, state);
  update();
});
browser.addEventListener("beforeprint", () => list.showAll());
narrow.addEventListener("change", update);

document.body.append(h("main", {}, ...behind, rowsAndDetail), foot);
update();
placeBelowFilters();
new browser.ResizeObserver(placeBelowFilters).observe(bar.element);
if (state.row !== null) openRow(state.row);
