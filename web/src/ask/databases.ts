import { ApiError } from "../api/api-error.js";
import { request, requestJson } from "../api/client.js";
import type { DatabaseSummary } from "../api/types.js";
import { createStore } from "../state/store.js";
import { chooseFirst, chooseSubject, subjectState } from "./subject.js";

export interface DatabaseList {
  phase: "loading" | "ready" | "failed";
  list: readonly DatabaseSummary[];
  error?: unknown;
}

/** The databases of the server. */
export const databases = createStore<DatabaseList>({ phase: "loading", list: [] });

export async function loadDatabases(): Promise<void> {
  try {
    const { data } = await requestJson<{ data: DatabaseSummary[] }>("v1/databases");
    databases.set({ phase: "ready", list: data });
  } catch (error) {
    databases.set((now) => ({ phase: "failed", list: now.list, error }));
  }
  const { phase, error } = databases.get();
  // Whoever is asked for a key is first to give it: then there are databases to choose from.
  if (phase === "failed" && error instanceof ApiError && error.status === 401) return;
  const chosen = subjectState.get().phase;
  if (chosen === "none" || chosen === "failed") await chooseFirst(databases.get().list.map(({ name }) => name));
}

/** Sends a file and chooses it. @throws ApiError */
export async function uploadDatabase(file: File): Promise<void> {
  const name = freeName(file.name);
  await request(`v1/databases/${encodeURIComponent(name)}`, {
    ...{ method: "PUT", body: file, type: "application/vnd.sqlite3" },
  });
  await loadDatabases();
  await chooseSubject({ database: name });
}

/** @throws ApiError */
export async function deleteDatabase(name: string): Promise<void> {
  await request(`v1/databases/${encodeURIComponent(name)}`, { method: "DELETE" });
  const now = subjectState.get();
  if (now.phase !== "none" && "database" in now.ref && now.ref.database === name) subjectState.set({ phase: "none" });
  await loadDatabases();
}

/** A name that the server takes, made from the file's; with a number where it is taken. */
function freeName(file: string): string {
  const base = file
    .replace(/\.(?:sqlite3?|db3?)$/i, "")
    .normalize("NFKD")
    .replace(/[^A-Za-z0-9_.-]+/g, "_")
    .replace(/^[^A-Za-z0-9]+/, "")
    .slice(0, 58);
  const taken = new Set(databases.get().list.map(({ name }) => name));
  const wanted = base || "database";
  for (let n = 1; ; n++) {
    const name = n === 1 ? wanted : `${wanted}-${n}`;
    if (!taken.has(name)) return name;
  }
}
