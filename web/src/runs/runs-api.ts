import type { RunEvent } from "../../../src/observe/events.js";
import type { Predictions } from "../../../src/server/runs-types.js";
import { requestJson } from "../api/client.js";
import type { NamedConfig, Run, RunDetails, RunList, StartRequest } from "./run-types.js";

const path = (id: string, rest = "") => `v1/runs/${encodeURIComponent(id)}${rest}`;

export const fetchRuns = (signal?: AbortSignal) => requestJson<RunList>("v1/runs", { signal });
export const fetchRun = (id: string, signal?: AbortSignal) => requestJson<RunDetails>(path(id), { signal });
export const fetchPredictions = (id: string, signal?: AbortSignal) =>
  requestJson<Predictions>(path(id, "/predictions"), { signal });
export const fetchConfigs = (signal?: AbortSignal) => requestJson<{ configs: NamedConfig[] }>("v1/configs", { signal });
export const fetchEvents = (id: string, signal?: AbortSignal) =>
  requestJson<{ events: RunEvent[]; next: number }>(path(id, "/events"), { signal });
export const startRun = (json: StartRequest) => requestJson<{ id: string }>("v1/runs", { json });
export const endRun = (id: string, how: "stop" | "cancel") => requestJson<Run>(path(id, `/${how}`), { method: "POST" });
export const streamPath = (id: string, after: number) => path(id, `/stream?after=${after}`);
