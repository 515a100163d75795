import type { Verdict } from "../api/types.js";
import { localStore } from "../state/local-store.js";
import { isSubjectRef, type SubjectRef } from "./subject.js";

/** A question that was asked, and what came of it. */
export interface HistoryEntry {
  id: string;
  /** Milliseconds since 1970. */
  at: number;
  question: string;
  sql: string;
  confidence: number;
  subject: SubjectRef;
  verdict?: Verdict;
}

export const HISTORY_LIMIT = 50;

/** Newest first; in this browser alone. */
export const history = localStore<readonly HistoryEntry[]>(
  "history",
  [],
  (value): value is HistoryEntry[] => Array.isArray(value) && value.every(isEntry),
);

/** @returns the entry's id */
export function addToHistory(entry: Omit<HistoryEntry, "id" | "at">): string {
  const at = Date.now();
  const id = `${at.toString(36)}-${Math.random().toString(36).slice(2, 8)}`;
  history.set((now) => [{ ...entry, id, at }, ...now].slice(0, HISTORY_LIMIT));
  return id;
}

export function changeHistory(id: string, change: Partial<HistoryEntry>): void {
  history.set((now) => now.map((entry) => (entry.id === id ? { ...entry, ...change } : entry)));
}

export function forget(id: string): void {
  history.set((now) => now.filter((entry) => entry.id !== id));
}

export function forgetAll(): void {
  history.set([]);
}

/** Entries with every word of a search in question, SQL or subject. */
export function searchHistory(entries: readonly HistoryEntry[], search: string): HistoryEntry[] {
  const words = search.toLowerCase().split(/\s+/).filter(Boolean);
  return entries.filter(({ question, sql, subject }) => {
    const text = `${question}\n${sql}\n${"database" in subject ? subject.database : subject.title}`.toLowerCase();
    return words.every((word) => text.includes(word));
  });
}

function isEntry(value: unknown): value is HistoryEntry {
  if (typeof value !== "object" || value === null) return false;
  const { id, at, question, sql, confidence, subject } = value as Record<string, unknown>;
  const texts = [id, question, sql].every((it) => typeof it === "string");
  return texts && typeof at === "number" && typeof confidence === "number" && isSubjectRef(subject);
}
