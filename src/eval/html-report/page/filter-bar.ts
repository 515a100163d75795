import { browser, h, type PageElement } from "./browser.js";
import { currentMetric, type Page, type View } from "./page.js";
import { FILTERS, type Filter } from "./page-state.js";
import { countRows, tally } from "./tally.js";
import { count, kindLabel, kindsOf, OUTCOME_WORD, type Outcome } from "./wording.js";

export interface FilterBar extends View {
  readonly search: PageElement;
}

type Choice = [value: string, label: string];

const LEVELS = ["easy", "medium", "hard", "extra", "unknown"];
/** A search of thousands of rows is not run for every letter of a fast writer. */
const SEARCH_DELAY_MS = 120;

export function filterBar(page: Page): FilterBar {
  const { rows, metrics } = page.data;
  const tallied = (keys: Parameters<typeof countRows>[1]): Choice[] =>
    countRows(rows, keys).map(([key, n]) => [key, `${key} (${count(n)})`]);
  const levels = tallied((row) => [row.hardness ?? "unknown"]).sort(
    ([a], [b]) => LEVELS.indexOf(a) - LEVELS.indexOf(b),
  );
  const databases = tallied(({ db }) => (db === null ? [] : [db])).sort(([a], [b]) => (a < b ? -1 : 1));
  const kinds = countRows(rows, kindsOf).map(([key, n]): Choice => [key, `${kindLabel(key)} (${count(n)})`]);
  const search = searchField(page);
  const selects = [
    selectField(page, "hardness", "Hardness", levels),
    selectField(
      page,
      "category",
      "Category",
      tallied(({ category }) => [category]),
    ),
    selectField(page, "db", "Database", databases),
    selectField(page, "kind", "Kind of error", kinds),
  ].filter((view) => view !== null);
  const metric = h(
    "select",
    { id: "metric", change: () => page.change({ metric: metrics.find(({ key }) => key === metric.value)!.key }) },
    ...metrics.map(({ key, short }) => h("option", { value: key }, short)),
  );
  const verdicts = verdictButtons(page);
  const found = h("p", { class: "found", role: "status" });
  const clear = h("button", { type: "button", class: "plain", click: () => page.change(NO_FILTERS) }, "Clear filters");
  const element = h(
    "div",
    { class: "filters", role: "search", "aria-label": "Rows" },
    field("q", "Search", search.element),
    field("metric", "Metric", metric),
    h("div", { class: "field" }, h("span", { class: "caption", id: "verdict" }, "Verdict"), verdicts.element),
    ...selects.map((view) => view.element),
    h("div", { class: "outcome" }, found, clear),
  );
  return {
    element,
    search: search.element,
    update: () => {
      metric.value = page.state.metric;
      for (const view of [search, verdicts, ...selects]) view.update();
      const all = count(rows.length);
      found.textContent =
        page.visible.length === rows.length ? `${all} rows` : `${count(page.visible.length)} of ${all} rows`;
      clear.hidden = FILTERS.every((filter) => page.state[filter] === "");
    },
  };
}

const NO_FILTERS: Record<Filter, string> = { verdict: "", hardness: "", category: "", db: "", kind: "", q: "" };

function field(id: string, caption: string, control: PageElement): PageElement {
  return h("div", { class: `field field-${id}` }, h("label", { class: "caption", for: id }, caption), control);
}

function searchField(page: Page): View {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const element = h("input", {
    id: "q",
    type: "search",
    placeholder: "Question, SQL, database  ( / )",
    autocomplete: "off",
    spellcheck: "false",
    input: () => {
      clearTimeout(timer);
      timer = setTimeout(() => page.change({ q: element.value.trim() }), SEARCH_DELAY_MS);
    },
  });
  const update = (): void => {
    // What is being written is the reader's: a space at its end must not vanish under the cursor.
    if (browser.document.activeElement !== element || page.state.q === "") {
      if (element.value.trim() !== page.state.q) element.value = page.state.q;
    }
  };
  return { element, update };
}

function selectField(page: Page, filter: Filter, caption: string, choices: readonly Choice[]): View | null {
  if (choices.length === 0) return null;
  const select = h(
    "select",
    { id: filter, change: () => page.change({ [filter]: select.value }) },
    h("option", { value: "" }, "All"),
    ...choices.map(([value, label]) => h("option", { value }, label)),
  );
  return {
    element: field(filter, caption, select),
    update: () => {
      select.value = page.state[filter];
      select.classList.toggle("set", page.state[filter] !== "");
    },
  };
}

function verdictButtons(page: Page): View {
  const choices: ["" | Outcome, string][] = [["", "All"], ...Object.entries(OUTCOME_WORD)] as ["" | Outcome, string][];
  const buttons = choices.map(([verdict, word]) => ({
    verdict,
    button: h("button", { type: "button", click: () => page.change({ verdict }) }, capital(word)),
  }));
  return {
    element: h(
      "div",
      { class: "segments", role: "group", "aria-labelledby": "verdict" },
      ...buttons.map(({ button }) => button),
    ),
    update: () => {
      const { unjudged } = tally(page.data.rows, currentMetric(page).key);
      for (const { verdict, button } of buttons) {
        button.setAttribute("aria-pressed", String(page.state.verdict === verdict));
        if (verdict === "unjudged") button.hidden = unjudged === 0 && page.state.verdict !== verdict;
      }
    },
  };
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
