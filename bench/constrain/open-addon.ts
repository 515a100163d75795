import { createRequire } from "node:module";

/** An addon by its file, for a build that is not installed. */
export function openAddon(file: string): unknown {
  return createRequire(import.meta.url)(file);
}
