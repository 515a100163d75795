export { buildPageData, type HtmlReportExtras } from "./build-page-data.js";
export { htmlReport } from "./html-report.js";
export type * from "./page-data.js";
export { type ResultPair, type ResultTable, type ResultTablesOptions, resultTables } from "./result-tables.js";
