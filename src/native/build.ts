import { existsSync } from "node:fs";
import { SqltuneError } from "../errors.js";
import { buildAddon } from "./build-addon.js";
import { buildInputs } from "./build-inputs.js";
import { readBuildStamp, readInputs } from "./build-stamp.js";
import { installLibtorch } from "./install-libtorch.js";
import { type Libtorch, searchLibtorch } from "./libtorch.js";
import { addonFile } from "./package-root.js";
import { checkPrerequisites } from "./prerequisites.js";
import { rebuildSqlite, sqliteProblem } from "./sqlite-binding.js";
import { tryAddon } from "./try-addon.js";

export interface SetupOptions {
  /** Progress, a line at a time. */
  onLine: (line: string) => void;
  /** Leaves better-sqlite3 alone. Default false. */
  nativeOnly?: boolean;
  signal?: AbortSignal;
  env?: NodeJS.ProcessEnv;
}

export interface SetupResult {
  torch: Libtorch;
  addon: string;
  /** False when everything was in place already. */
  changed: boolean;
  seconds: number;
}

/**
 * Makes the package ready to run: libtorch, the native build, SQLite's binding. What is in place is left alone, so
 * running it again is quick and changes nothing. Throws a SqltuneError that names all that is missing.
 */
export async function setup(options: SetupOptions): Promise<SetupResult> {
  const { onLine, nativeOnly = false, signal, env = process.env } = options;
  const begin = performance.now();
  const search = searchLibtorch(env);
  const ready = search.found !== null && isBuilt(search.found, env);
  const sqliteReady = nativeOnly || (await sqliteProblem()) === null;
  if (!ready || !sqliteReady) await requirePrerequisites(env);

  let torch = search.found;
  if (torch) onLine(`libtorch ${torch.version} in ${torch.dir} (${torch.source})`);
  else {
    for (const note of search.notes) onLine(`libtorch: ${note}`);
    torch = await installLibtorch({ onLine, env, signal });
  }
  if (ready) onLine("native build: up to date");
  else await build(torch, options, env);
  if (!sqliteReady) await rebuildSqlite({ onLine, signal });
  return { torch, addon: addonFile, changed: !ready || !sqliteReady, seconds: (performance.now() - begin) / 1000 };
}

function isBuilt(torch: Libtorch, env: NodeJS.ProcessEnv): boolean {
  const sameTorch = readBuildStamp()?.torchDir === torch.dir;
  return existsSync(addonFile) && sameTorch && readInputs() === buildInputs(torch, env);
}

async function build(torch: Libtorch, { onLine, signal }: SetupOptions, env: NodeJS.ProcessEnv): Promise<void> {
  const begin = performance.now();
  const inputs = buildInputs(torch, env);
  await buildAddon(torch, inputs, { onLine, env, signal });
  const tried = await tryAddon(addonFile);
  if ("problem" in tried) {
    throw new SqltuneError(`The native layer was built, but cannot be loaded: ${tried.problem}`, {
      code: "ERR_SQLTUNE_BUILD",
    });
  }
  onLine(`native build: done in ${Math.round((performance.now() - begin) / 1000)} s`);
}

async function requirePrerequisites(env: NodeJS.ProcessEnv): Promise<void> {
  const missing = (await checkPrerequisites(env)).filter(({ ok }) => !ok);
  if (missing.length === 0) return;
  const list = missing.map(({ name, found, fix }) => `  - ${name} (found: ${found}). ${fix}`);
  throw new SqltuneError(`Set-up needs what this machine lacks:\n${list.join("\n")}`, {
    code: "ERR_SQLTUNE_PREREQUISITES",
  });
}
