import { h, type PageElement } from "./browser.js";
import type { Page, View } from "./page.js";
import { percentNumber } from "./wording.js";

/** Accuracy, recall and F1 of Spider's ten components, for all rows or one hardness. */
export function componentsTable({ data }: Page): View | null {
  const [first] = data.components;
  if (!first) return null;
  let level = first.level;
  const body = h("tbody", {});
  const buttons = data.components.map((choice) => {
    const choose = (): void => {
      level = choice.level;
      update();
    };
    return { level: choice.level, button: h("button", { type: "button", click: choose }, choice.level) };
  });
  const update = (): void => {
    for (const choice of buttons) choice.button.setAttribute("aria-pressed", String(choice.level === level));
    const { scores } = data.components.find((choice) => choice.level === level)!;
    body.replaceChildren(
      ...scores.map(({ name, accuracy, recall, f1 }) =>
        h("tr", {}, h("th", { scope: "row" }, name), number(accuracy), number(recall), number(f1)),
      ),
    );
  };
  const head = ["Component", "Accuracy", "Recall", "F1"].map((name) => h("th", { scope: "col" }, name));
  const element = h(
    "section",
    { class: "chart components" },
    h("h2", {}, "Components of exact set match", h("span", { class: "quiet" }, "%")),
    h("div", { class: "segments", role: "group", "aria-label": "Hardness" }, ...buttons.map(({ button }) => button)),
    h("table", { "aria-label": "Components of exact set match" }, h("thead", {}, h("tr", {}, ...head)), body),
  );
  return { element, update };
}

function number(share: number): PageElement {
  return h("td", { class: "number" }, percentNumber(share));
}
