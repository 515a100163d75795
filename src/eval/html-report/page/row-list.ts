import type { PageRow } from "../page-data.js";
import { browser, h, type PageElement } from "./browser.js";
import type { Page, View } from "./page.js";
import { kindLabel, kindsOf, OUTCOME_MARK, OUTCOME_WORD, orDash, outcome } from "./wording.js";

export interface RowList extends View {
  /** The row's button, made if it was not yet shown. */
  button(index: number): PageElement | undefined;
  /** Makes every row, for printing. */
  showAll(): void;
}

/** Rows are made this many at a time, as the reader comes near the end: ten thousand at once would take seconds. */
const CHUNK = 120;

export function rowList(page: Page): RowList {
  const list = h("ol", { class: "rows" });
  const more = h("button", { type: "button", class: "plain more", click: () => show(shown + CHUNK) }, "Show more rows");
  const none = h("p", { class: "none" }, "No row passes these filters.");
  const element = h("div", { class: "list" }, list, more, none);
  let rows: readonly PageRow[] = [];
  let shown = 0;
  let current: PageElement | undefined;
  const buttons = new Map<number, PageElement>();
  const show = (end: number): void => {
    const added = rows.slice(shown, end).map((row) => {
      const button = rowButton(page, row);
      buttons.set(row.index, button);
      return h("li", {}, button);
    });
    list.append(...added);
    shown += added.length;
    more.hidden = shown === rows.length;
  };
  new browser.IntersectionObserver(
    (entries) => {
      if (entries.some(({ isIntersecting }) => isIntersecting) && shown < rows.length) show(shown + CHUNK);
    },
    { rootMargin: "800px" },
  ).observe(more);
  const button = (index: number): PageElement | undefined => {
    const at = buttons.has(index) ? -1 : rows.findIndex((row) => row.index === index);
    if (at >= shown) show(at + CHUNK);
    return buttons.get(index);
  };
  const update = (): void => {
    if (rows !== page.visible) {
      rows = page.visible;
      shown = 0;
      buttons.clear();
      list.replaceChildren();
      show(CHUNK);
      none.hidden = rows.length > 0;
    }
    current?.removeAttribute("aria-current");
    current = page.state.row === null ? undefined : button(page.state.row);
    current?.setAttribute("aria-current", "true");
  };
  return { element, update, button, showAll: () => show(rows.length) };
}

function rowButton(page: Page, row: PageRow): PageElement {
  const about = [orDash(row.db), row.hardness, ...kindsOf(row).map(kindLabel)].filter((text) => text !== null);
  return h(
    "button",
    { type: "button", class: "row", "data-index": row.index, click: () => page.change({ row: row.index }) },
    h("span", { class: "index" }, String(row.index)),
    h("span", { class: "question" }, row.question || h("span", { class: "none" }, "no question")),
    h("span", { class: "about" }, ...about.map((text) => h("span", {}, text))),
    badges(page, row),
  );
}

/** A row's verdicts. The mark says what the colour says, and a screen reader hears the word. */
export function badges({ data }: Page, row: PageRow): PageElement {
  return h(
    "span",
    { class: "badges" },
    ...data.metrics.map(({ key, short }) => {
      const found = outcome(row, key);
      return h(
        "span",
        { class: `badge ${found}`, "data-metric": key },
        short,
        h("span", { "aria-hidden": "true" }, OUTCOME_MARK[found]),
        h("span", { class: "unseen" }, ` ${OUTCOME_WORD[found]}`),
      );
    }),
  );
}
