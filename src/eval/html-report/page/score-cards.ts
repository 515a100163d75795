import type { PageMetric } from "../page-data.js";
import { h, type PageElement, svg } from "./browser.js";
import type { Page, View } from "./page.js";
import { type Tally, tally, wilson } from "./tally.js";
import { count, percentNumber } from "./wording.js";

/** The headline: one card a metric, which is also the choice of the metric that the rest of the page speaks of. */
export function scoreCards(page: Page): View {
  const cards = page.data.metrics.map((metric) => ({ metric, card: scoreCard(page, metric) }));
  return {
    element: h("div", { class: "cards", role: "group", "aria-label": "Scores" }, ...cards.map(({ card }) => card)),
    update: () => {
      for (const { metric, card } of cards) card.setAttribute("aria-pressed", String(metric.key === page.state.metric));
    },
  };
}

function scoreCard(page: Page, metric: PageMetric): PageElement {
  const scores = tally(page.data.rows, metric.key);
  const [low, high] = wilson(scores.right, scores.judged);
  return h(
    "button",
    {
      type: "button",
      class: "card",
      title: metric.definition || null,
      click: () => page.change({ metric: metric.key }),
    },
    h("span", { class: "name" }, metric.name, h("abbr", {}, metric.short)),
    h("span", { class: "score" }, percentNumber(scores.right / scores.judged), h("small", {}, "%")),
    shareBar(scores, true),
    h(
      "span",
      { class: "quiet" },
      `${count(scores.right)} of ${count(scores.judged)} · `,
      h("span", { class: "interval" }, `95 % interval ${percentNumber(low)} to ${percentNumber(high)}`),
    ),
    scores.unjudged > 0 && h("span", { class: "quiet" }, `${count(scores.unjudged)} not judged`),
  );
}

/** A share as a bar from 0 to 100 % with its 95 % interval. Only a picture: the numbers stand beside it. */
export function shareBar({ right, judged }: Tally, interval: boolean): PageElement {
  const [low, high] = wilson(right, judged);
  const x = (share: number): string => (100 * share).toFixed(2);
  return svg(
    "svg",
    { class: "bar", viewBox: "0 0 100 10", preserveAspectRatio: "none", "aria-hidden": "true" },
    svg("rect", { class: "track", x: 0, y: 3, width: 100, height: 4 }),
    judged > 0 && svg("rect", { class: "share", x: 0, y: 3, width: x(right / judged), height: 4 }),
    judged > 0 &&
      interval &&
      svg("path", { class: "spread", d: `M${x(low)} 5H${x(high)}M${x(low)} 2V8M${x(high)} 2V8` }),
  );
}
