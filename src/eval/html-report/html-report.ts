import { createHash } from "node:crypto";
import type { EvalReport } from "../eval-report.js";
import { buildPageData, type HtmlReportExtras } from "./build-page-data.js";
import { embedJson, escapeHtml } from "./embed-json.js";
import { pageScript } from "./page-script.js";
import { PAGE_STYLE } from "./style/index.js";

/**
 * The report as one HTML document that needs nothing but itself: no network, no other file. Questions and SQL are data
 * in it, never markup, and its content security policy lets no other script or style run than its own.
 */
export function htmlReport(report: EvalReport, extras: HtmlReportExtras): string {
  const script = pageScript();
  const policy = [
    "default-src 'none'",
    `script-src '${sha256(script)}'`,
    `style-src '${sha256(PAGE_STYLE)}'`,
    "img-src data:",
    "base-uri 'none'",
    "form-action 'none'",
  ];
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy.join("; ")}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<link rel="icon" href="data:,">
<title>${escapeHtml(extras.title)}</title>
<style>${PAGE_STYLE}</style>
</head>
<body>
<noscript>This report needs JavaScript, which is all inside this file.</noscript>
<script type="application/json" id="data">${embedJson(buildPageData(report, extras))}</script>
<script type="module">${script}</script>
</body>
</html>
`;
}

/** As a content security policy names an inline script or style. */
function sha256(text: string): string {
  return `sha256-${createHash("sha256").update(text).digest("base64")}`;
}
