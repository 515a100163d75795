import { request, requestJson } from "../api/client.js";
import type { Report, ReportList } from "./report-types.js";

const path = (id: string, rest = "") => `v1/reports/${encodeURIComponent(id)}${rest}`;

export const fetchReports = (signal?: AbortSignal) => requestJson<ReportList>("v1/reports", { signal });
export const fetchReport = (id: string, signal?: AbortSignal) => requestJson<Report>(path(id), { signal });
/** Where the HTML report is, for a link: only where the server wants no key, which a link cannot send. */
export const htmlHref = (id: string) => path(id, "/html");
export const fetchHtml = async (id: string) => (await request(path(id, "/html"))).text();
