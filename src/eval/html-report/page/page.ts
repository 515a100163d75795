import type { PageData, PageMetric, PageRow } from "../page-data.js";
import type { PageElement } from "./browser.js";
import type { PageState } from "./page-state.js";

/** What every part of the page sees and may ask for. */
export interface Page {
  readonly data: PageData;
  readonly state: Readonly<PageState>;
  /** Rows that pass the filters; another array after each change of them. */
  readonly visible: readonly PageRow[];
  change(changed: Partial<PageState>): void;
}

/** A part of the page: made once, brought up to date after each change. */
export interface View {
  readonly element: PageElement;
  update(): void;
}

/** The metric that the reader chose; the string match is always there. */
export function currentMetric({ data, state }: Page): PageMetric {
  return data.metrics.find(({ key }) => key === state.metric) ?? data.metrics[0]!;
}
