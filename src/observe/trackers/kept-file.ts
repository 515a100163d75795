import { readFile } from "node:fs/promises";

/** What a tracker keeps between the sessions of a run; null where there is nothing, or nothing that can be read. */
export async function readKept<T>(path: string): Promise<T | null> {
  try {
    return JSON.parse(await readFile(path, "utf8")) as T;
  } catch {
    return null;
  }
}
