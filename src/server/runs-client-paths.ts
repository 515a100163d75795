import { existsSync } from "node:fs";
import { realpath } from "node:fs/promises";
import { resolve } from "node:path";
import type { Config } from "../config/index.js";
import { HttpError } from "./http-error.js";
import { isBelow } from "./runs-folder.js";

const DATA_PATHS = ["path", "csv", "databases", "suites"] as const;

/**
 * A config that a client sends, or changes, may read only below the folders given, and names no program to run. What a
 * config of the server's own says is the server's business.
 *
 * @param trusted the server's config without the client's changes; null for one that the client wrote
 * @throws HttpError 403 that names the key
 */
export async function checkClientPaths(
  config: Config,
  trusted: Config | null,
  folders: readonly (string | undefined)[],
): Promise<void> {
  if (config.data.pipeline !== null && config.data.pipeline !== trusted?.data.pipeline) {
    throw refusal("data.pipeline", "is a program to run; only a config that lies on the server can name one.");
  }
  const named: [key: string, path: string | null, trusted: string | null | undefined][] = DATA_PATHS.map(
    (key) =>
      [...[`data.${key}`, config.data[key], trusted?.data[key]]] as [string, string | null, string | null | undefined],
  );
  const model = config.model.name;
  // A model is a name of the hub, or a folder.
  if (/^(?:[./~\\]|[A-Za-z]:)|\.\./.test(model) || existsSync(model))
    named.push(["model.name", model, trusted?.model.name]);
  const roots = await Promise.all(folders.flatMap((folder) => (folder === undefined ? [] : [real(folder)])));
  for (const [key, path, own] of named) {
    if (path === null || path === own) continue;
    const meant = await real(path);
    if (roots.some((root) => meant === root || isBelow(root, meant))) continue;
    throw refusal(key, "lies outside the server's folder; a config that is sent may read only below it.");
  }
}

/** Links resolved as far as the path exists. */
async function real(path: string): Promise<string> {
  const full = resolve(path);
  return realpath(full).catch(() => full);
}

function refusal(key: string, why: string): HttpError {
  return new HttpError(403, `${key} ${why}`, { code: "path_not_allowed", param: key });
}
