import type { PageCell, PageTable } from "../page-data.js";
import { h, type PageElement } from "./browser.js";
import { count } from "./wording.js";

/**
 * Two results side by side. Where they ought to be equal and are not, rows that the other result lacks are marked;
 * with another number of columns there is nothing to compare row by row.
 */
export function resultViews(gold: PageTable | null, predicted: PageTable | null, differ: boolean): PageElement {
  const comparable =
    differ && gold !== null && predicted !== null && whole(gold) && whole(predicted) && sameWidth(gold, predicted);
  return h(
    "div",
    { class: "results" },
    resultView("Gold result", gold, comparable ? alone(gold, predicted) : []),
    resultView("Predicted result", predicted, comparable ? alone(predicted, gold) : []),
  );
}

function whole(table: PageTable): boolean {
  return !table.more && table.rows.length === table.total;
}

function sameWidth(a: PageTable, b: PageTable): boolean {
  return a.columns.length === b.columns.length;
}

/** For each row whether the other result has too few like it. */
function alone(table: PageTable, other: PageTable): boolean[] {
  const left = new Map<string, number>();
  for (const row of other.rows) left.set(JSON.stringify(row), (left.get(JSON.stringify(row)) ?? 0) + 1);
  return table.rows.map((row) => {
    const key = JSON.stringify(row);
    const n = left.get(key) ?? 0;
    left.set(key, n - 1);
    return n <= 0;
  });
}

function resultView(name: string, table: PageTable | null, marked: readonly boolean[]): PageElement {
  return h(
    "section",
    { class: "result" },
    h("h4", {}, name, h("span", { class: "quiet" }, table ? sizeText(table) : "none")),
    table
      ? h("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": name }, tableOf(name, table, marked))
      : h("p", { class: "none" }, "The query gave no result."),
  );
}

function sizeText({ total, more, rows }: PageTable): string {
  const there = `${more ? "more than " : ""}${count(total)} ${total === 1 && !more ? "row" : "rows"}`;
  return rows.length < total || more ? `first ${rows.length} of ${there}` : there;
}

function tableOf(name: string, { columns, rows }: PageTable, marked: readonly boolean[]): PageElement {
  const numeric = columns.map(
    (_, at) => rows.some((row) => isNumber(row[at]!)) && rows.every((row) => row[at] === null || isNumber(row[at]!)),
  );
  const head = columns.map((column, at) => h("th", { scope: "col", class: numeric[at] ? "number" : null }, column));
  return h(
    "table",
    { "aria-label": name },
    h("thead", {}, h("tr", {}, ...head)),
    h(
      "tbody",
      {},
      ...rows.map((row, at) =>
        h(
          "tr",
          { class: marked[at] ? "alone" : null, title: marked[at] ? "not in the other result" : null },
          ...row.map(cell),
        ),
      ),
    ),
  );
}

function isNumber(value: PageCell): boolean {
  return typeof value === "object" && value !== null && "n" in value;
}

function cell(value: PageCell): PageElement {
  if (value === null) return h("td", { class: "null" }, "NULL");
  if (typeof value === "string")
    return h("td", { class: value === "" ? "null" : null }, value === "" ? "empty" : value);
  if ("n" in value) return h("td", { class: "number" }, value.n);
  const shown = `x'${value.b}${value.bytes * 2 > value.b.length ? "…" : ""}'`;
  return h("td", { class: "blob" }, shown, h("span", { class: "quiet" }, `${count(value.bytes)} bytes`));
}
