import type { PageRow } from "../page-data.js";
import { h, type PageElement } from "./browser.js";
import { copyButton } from "./copy-button.js";
import type { Page, View } from "./page.js";
import { resultViews } from "./result-view.js";
import { badges } from "./row-list.js";
import { sqlViews } from "./sql-view.js";
import { tokenView } from "./token-view.js";
import { count, kindLabel, orDash } from "./wording.js";

export interface DetailPanel extends View {
  /** Puts the keyboard at the top of the panel. */
  focus(): void;
}

/** Everything about the open row. */
export function detailPanel(page: Page, move: (step: 1 | -1) => void): DetailPanel {
  const heading = h("h2", { tabindex: -1, id: "detail-question" });
  const place = h("p", { class: "place" });
  const body = h("div", { class: "detail-body" });
  const element = h(
    "aside",
    { class: "detail", "aria-labelledby": "detail-question" },
    h(
      "div",
      { class: "detail-bar" },
      place,
      h("button", { type: "button", class: "plain", title: "Previous row (k)", click: () => move(-1) }, "Previous"),
      h("button", { type: "button", class: "plain", title: "Next row (j)", click: () => move(1) }, "Next"),
      h(
        "button",
        { type: "button", class: "plain", title: "Close (Esc)", click: () => page.change({ row: null }) },
        "Close",
      ),
    ),
    heading,
    body,
  );
  let shown: number | null = null;
  const update = (): void => {
    const row = page.state.row === null ? undefined : page.data.rows.find(({ index }) => index === page.state.row);
    element.hidden = !row;
    if ((row?.index ?? null) === shown) return;
    shown = row?.index ?? null;
    if (!row) return;
    heading.textContent = row.question || "No question";
    place.textContent = [`Row ${row.index}`, orDash(row.db), row.hardness, row.category].filter(Boolean).join(" · ");
    body.replaceChildren(...detailBody(page, row));
    element.scrollTop = 0;
  };
  return { element, update, focus: () => heading.focus({ preventScroll: true }) };
}

function detailBody(page: Page, row: PageRow): PageElement[] {
  const sql = sqlViews(row.gold, row.predicted);
  const differ = row.verdicts.ex === false || row.verdicts.ts === false;
  return [
    badges(page, row),
    whyWrong(row),
    h(
      "div",
      { class: "queries" },
      h("section", {}, h("h3", {}, "Gold", copyButton("gold SQL", row.gold)), sql.gold),
      h("section", {}, h("h3", {}, "Predicted", copyButton("predicted SQL", row.predicted)), sql.predicted),
      h("p", { class: "quiet legend" }, ...legend(sql.same)),
    ),
    row.results &&
      h(
        "section",
        {},
        h("h3", {}, "Results"),
        resultViews(row.results.gold, row.results.predicted, differ),
        distinctNote(row),
      ),
    row.components.length > 0 && components(row),
    row.tokens && h("section", {}, h("h3", {}, "Answer by token"), tokenView(row.tokens)),
    facts(row),
  ].filter((part) => part !== null && part !== false);
}

function legend(same: boolean): (PageElement | string)[] {
  if (same) return ["The two queries are the same, token by token."];
  return [
    h("mark", { class: "missing" }, "only in the gold"),
    " ",
    h("mark", { class: "added" }, "only in the prediction"),
  ];
}

/** Which kind of miss it is, in a sentence, and what else is wrong. */
function whyWrong({ miss, failure }: PageRow): PageElement | null {
  if (!miss && !failure) return null;
  const others = miss?.all.filter((kind) => kind !== miss.kind) ?? [];
  const failed = failure?.kind === "gold" ? "The gold gave no result" : `Gave no result (${failure?.kind})`;
  return h(
    "div",
    { class: "why" },
    miss && h("p", {}, h("strong", {}, kindLabel(miss.kind)), " ", miss.detail),
    others.length > 0 &&
      h("p", { class: "quiet" }, `Also: ${others.map((kind) => kindLabel(kind).toLowerCase()).join(", ")}`),
    miss &&
      miss.invented.length > 0 &&
      h("p", {}, "Not in the schema: ", ...miss.invented.map((name) => h("code", { class: "invented" }, name))),
    failure &&
      h("p", {}, h("strong", {}, failed.replaceAll("_", " ")), " ", h("span", { class: "error" }, failure.error)),
  );
}

function distinctNote({ gold, predicted }: PageRow): PageElement | null {
  if (!/\bdistinct\b/i.test(`${gold} ${predicted}`)) return null;
  return h(
    "p",
    { class: "quiet" },
    "Results of the queries as written; see the rules below for DISTINCT when they are compared.",
  );
}

function components({ components }: PageRow): PageElement {
  const items = components.map(({ name, right }) =>
    h(
      "li",
      { class: `badge ${right ? "right" : "wrong"}` },
      name,
      h("span", { "aria-hidden": "true" }, right ? "✓" : "✗"),
      h("span", { class: "unseen" }, right ? " right" : " wrong"),
    ),
  );
  return h("section", {}, h("h3", {}, "Components"), h("ul", { class: "badges" }, ...items));
}

function facts(row: PageRow): PageElement {
  const lines: [string, string | null][] = [
    ["Source", row.id],
    ["Spider’s parser", row.parsed === false ? "does not read the prediction" : null],
    ["Confidence", row.confidence?.toFixed(3) ?? null],
    ["Calibrated", row.calibrated?.toFixed(3) ?? null],
    ["Abstained", row.abstained ? "yes, its confidence is too low" : null],
    ["Answered in", row.latencyMs === null ? null : `${count(Math.round(row.latencyMs))} ms`],
    ["Ended by", row.finishReason],
    ["Databases in the suite", row.suiteSize === null ? null : count(row.suiteSize)],
    ["Queries took", `${(1000 * row.seconds).toFixed(1)} ms`],
  ];
  return h(
    "dl",
    { class: "facts" },
    ...lines.flatMap(([name, value]) => (value === null ? [] : [h("div", {}, h("dt", {}, name), h("dd", {}, value))])),
  );
}
