import { readdir, readFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { SqltuneError } from "../errors.js";
import { nearestName } from "./nearest.js";
import { type Override, parseSet } from "./overrides.js";
import { configError, type Problem } from "./problem.js";
import { checkConfig } from "./resolve.js";
import type { Config } from "./schema.js";
import { parseYaml } from "./yaml-source.js";

export interface LoadConfigOptions {
  /** Values that go before the file's, in order: `section.key=value` (value as YAML), or the same in parts. */
  set?: readonly (string | Override)[];
}

/**
 * Reads a YAML config; keys it leaves out take their defaults. Paths in it are relative to the current folder.
 *
 * @throws SqltuneError (exit code 2) that names every problem at once, each with its line and the fix.
 */
export async function loadConfig(file: string, { set = [] }: LoadConfigOptions = {}): Promise<Config> {
  const source = parseYaml(await readConfigFile(file));
  if (source.broken) throw configError(file, source.problems);
  const problems: Problem[] = [...source.problems];
  const overrides: Override[] = [];
  for (const entry of set) {
    const override = typeof entry === "string" ? parseSet(entry) : entry;
    if ("key" in override) overrides.push(override);
    else problems.push(override);
  }
  if (source.value === null || source.value === undefined) {
    throw configError(file, [
      { line: null, text: "the file is empty. Start from one of sqltune's own, such as configs/spider.yaml." },
    ]);
  }
  const checked = checkConfig(source.value, overrides, (path) => ({ line: source.lineOf(path) }));
  problems.push(...checked.problems);
  if (problems.length > 0) throw configError(file, problems);
  return checked.config;
}

async function readConfigFile(file: string): Promise<string> {
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "ENOTDIR")
      throw usageError(`${file}: no such file. ${await nearby(file)}`, error);
    if (code === "EISDIR") {
      const names = await yamlFiles(file);
      throw usageError(`${file} is a folder, expected a YAML file. ${listed(names, "It holds")}`, error);
    }
    throw usageError(`${file} cannot be read (${code}). Check its permissions.`, error);
  }
}

function usageError(text: string, cause: unknown): SqltuneError {
  return new SqltuneError(text, { code: "ERR_SQLTUNE_CONFIG", exitCode: 2, cause });
}

/** Which configs there are beside the missing one, the likeliest first. */
async function nearby(file: string): Promise<string> {
  const folders = [...new Set([dirname(file), ".", "configs"])];
  const found = (await Promise.all(folders.map(yamlFiles))).flat();
  const names = found.map((path) => basename(path));
  const near = nearestName(basename(file), names);
  if (near) return `Did you mean ${found[names.indexOf(near)]}?`;
  return listed(found, "Nearby are");
}

function listed(files: readonly string[], intro: string): string {
  if (files.length === 0) return "There is no YAML file nearby.";
  const more = files.length > 8 ? ` and ${files.length - 8} more` : "";
  return `${intro} ${files.slice(0, 8).join(", ")}${more}.`;
}

async function yamlFiles(folder: string): Promise<string[]> {
  const names = await readdir(folder).catch(() => []);
  return names
    .filter((name) => /\.ya?ml$/i.test(name))
    .sort()
    .map((name) => join(folder, name));
}
