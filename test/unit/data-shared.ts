import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

const root = process.env.SQLTUNE_SHARED ?? fileURLToPath(new URL("../../../shared", import.meta.url));

/** Path of shared test data, or null, said aloud, when it is not there. */
export function sharedPath(path: string): string | null {
  const full = `${root}/${path}`;
  if (existsSync(full)) return full;
  process.stderr.write(`SKIPPED: tests that need ${path}; set SQLTUNE_SHARED to the folder that holds it.\n`);
  return null;
}
