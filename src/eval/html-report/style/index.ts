import { CHART_STYLE } from "./charts.js";
import { DETAIL_STYLE } from "./detail.js";
import { FOUNDATION_STYLE } from "./foundation.js";
import { PRINT_STYLE } from "./print.js";
import { RELIABILITY_STYLE } from "./reliability.js";
import { ROWS_STYLE } from "./rows.js";

/** All of the page's style; what stands later wins. */
export const PAGE_STYLE = [
  FOUNDATION_STYLE,
  CHART_STYLE,
  RELIABILITY_STYLE,
  ROWS_STYLE,
  DETAIL_STYLE,
  PRINT_STYLE,
].join("");
