import { localStore } from "../state/local-store.js";
import { createStore } from "../state/store.js";

/** The key that requests are sent with; empty where the server wants none. */
export const apiKey = localStore("api-key", "", (value): value is string => typeof value === "string");

/** Why the reader is asked for a key; null while nobody has to be. */
export const keyWanted = createStore<"missing" | "refused" | null>(null);

export function askForKey(why: "missing" | "refused"): void {
  keyWanted.set(why);
}

export function saveKey(key: string): void {
  apiKey.set(key.trim());
  keyWanted.set(null);
}
