import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { isMainThread } from "node:worker_threads";
import { SqltuneError } from "../errors.js";
import { type BuildStamp, readBuildStamp } from "./build-stamp.js";
import { readTorchFolder, searchLibtorch } from "./libtorch.js";
import { numberedFixes } from "./numbered-fixes.js";
import { addonFile } from "./package-root.js";
import type { Addon } from "./types.js";

const SETUP = "Run: npx sqltune setup";
let loaded: Addon | null = null;

/**
 * The native layer, loaded once a process. Throws a SqltuneError with what was found, what is needed and numbered
 * fixes when it is not built, or was built for another libtorch than the one that is there.
 */
export function loadAddon(): Addon {
  loaded ??= openAddon(addonFile);
  return loaded;
}

function openAddon(file: string): Addon {
  checkBuild(file);
  // libgomp reads this when it is loaded. By default its threads spin at barriers: where something else wants a core
  // (Node itself, another program) they spin for a thread that is not running, and a step took five times as long.
  process.env.GOMP_SPINCOUNT ??= "2000";
  let addon: Addon;
  try {
    addon = createRequire(import.meta.url)(file) as Addon;
  } catch (error) {
    throw cannotLoad(file, (error as Error).message);
  }
  // On process.exit() libtorch's static destructors would run under a computing thread. Node runs no cleanup hook
  // then, and atexit comes too late; this event is the last moment. A worker's exit must not stop the others.
  if (isMainThread) process.on("exit", () => addon.shutdown());
  return addon;
}

/**
 * Everything that can be known before the addon is loaded: a wrong libtorch would not fail with a message, it would
 * crash. Throws as loadAddon does.
 */
export function checkBuild(file: string = addonFile, env: NodeJS.ProcessEnv = process.env): BuildStamp {
  const stamp = readBuildStamp(file);
  if (!existsSync(file) || !stamp) {
    const found = existsSync(file) ? `${file} has no build stamp beside it` : `${file} does not exist`;
    throw problem(`The native layer is not built: ${found}.`, [
      `${SETUP} (it needs a C++20 compiler and CMake, and takes some minutes)`,
      "Run: npx sqltune doctor, which says what this machine lacks",
    ]);
  }
  const torch = readTorchFolder(stamp.torchDir);
  if (torch?.version !== stamp.torch) {
    throw problem(
      `The native layer was built for libtorch ${stamp.torch} in ${stamp.torchDir}, where there is now ${
        torch ? `libtorch ${torch.version}` : "none"
      }.`,
      [`${SETUP} (it finds or installs libtorch and builds again)`, `Put torch ${stamp.torch} back into that place`],
    );
  }
  if (env.SQLTUNE_TORCH_DIR) {
    const wanted = searchLibtorch(env).found!;
    if (wanted.version !== stamp.torch) {
      throw problem(
        `SQLTUNE_TORCH_DIR names libtorch ${wanted.version}, but the native layer was built for ${stamp.torch} in ${stamp.torchDir}.`,
        [`${SETUP} (it builds for the libtorch that is named)`, "Unset SQLTUNE_TORCH_DIR"],
      );
    }
  }
  return stamp;
}

function cannotLoad(file: string, reason: string): SqltuneError {
  return problem(`The native layer ${file} cannot be loaded: ${reason}`, [
    `${SETUP} (it builds again for this machine)`,
    "Run: npx sqltune doctor, which says what it finds",
  ]);
}

function problem(message: string, fixes: string[]): SqltuneError {
  return new SqltuneError(numberedFixes(message, fixes), { code: "ERR_SQLTUNE_NATIVE_MISSING" });
}
