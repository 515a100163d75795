export { findChromium } from "./find-chromium.js";
export { type PrintOptions, printPdf } from "./print-pdf.js";
export { type RunReportOptions, runReport } from "./run-report.js";
