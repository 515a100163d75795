import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { SqltuneError } from "../errors.js";
import { numberedFixes } from "./numbered-fixes.js";

/** The libtorch that `setup` installs where none is found. */
export const TORCH_VERSION = "2.13.0";
/** The sources compile against these and everything between. */
const OLDEST = [2, 11] as const;

export type LibtorchSource = "SQLTUNE_TORCH_DIR" | "python" | "cache";

/** A torch package on this disk: the folder with include/ and lib/. */
export interface Libtorch {
  dir: string;
  /** Full version as in its version.py, e.g. "2.13.0+cpu". */
  version: string;
  /** CUDA version it was built for; null for a CPU (or Apple) build. */
  cuda: string | null;
  source: LibtorchSource;
}

/** Version and CUDA version of a torch folder, read from its version.py; null when it is not one. */
export function readTorchFolder(dir: string): { version: string; cuda: string | null } | null {
  if (!existsSync(join(dir, "lib")) || !existsSync(join(dir, "include", "ATen", "ATen.h"))) return null;
  try {
    const text = readFileSync(join(dir, "version.py"), "utf8");
    const version = /^__version__ = ['"]([^'"]+)['"]/m.exec(text)?.[1];
    const cuda = /^cuda(?:: [^=]+)? = ['"]([^'"]+)['"]/m.exec(text)?.[1] ?? null;
    return version === undefined ? null : { version, cuda };
  } catch {
    return null;
  }
}

export function isSupportedTorch(version: string): boolean {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  return major === OLDEST[0] && minor >= OLDEST[1];
}

/** Where `setup` installs libtorch: SQLTUNE_CACHE, else XDG_CACHE_HOME/sqltune, else ~/.cache/sqltune. */
export function torchCacheFolder(env: NodeJS.ProcessEnv = process.env): string {
  const cache = env.SQLTUNE_CACHE || join(env.XDG_CACHE_HOME || join(homedir(), ".cache"), "sqltune");
  return join(cache.replace(/^~(?=$|\/)/, homedir()), "libtorch", TORCH_VERSION);
}

/** The Python that `setup` asks and installs with: the active virtual environment's, else python3. */
export function pythonProgram(env: NodeJS.ProcessEnv = process.env): string {
  const inVenv = env.VIRTUAL_ENV && join(env.VIRTUAL_ENV, "bin", "python3");
  return inVenv && existsSync(inVenv) ? inVenv : "python3";
}

/** The torch folder of the current Python, found without importing it (which takes seconds); null without one. */
function torchOfPython(env: NodeJS.ProcessEnv): string | null {
  const code =
    "import importlib.util as u; s = u.find_spec('torch'); print(s.submodule_search_locations[0] if s else '')";
  try {
    // Python looks into its current folder first: a folder named torch there must not be taken for the package.
    const options = { env, encoding: "utf8" as const, timeout: 20_000, cwd: "/" };
    return (
      execFileSync(pythonProgram(env), ["-c", code], { ...options, stdio: ["ignore", "pipe", "ignore"] }).trim() || null
    );
  } catch {
    return null;
  }
}

/** What was looked at and why it was not taken; goes into messages. */
export interface TorchSearch {
  found: Libtorch | null;
  notes: string[];
}

/**
 * Looks for libtorch: SQLTUNE_TORCH_DIR, a torch in the current Python, sqltune's own cache. Throws when
 * SQLTUNE_TORCH_DIR is set to something else than a torch folder of a supported version.
 */
export function searchLibtorch(env: NodeJS.ProcessEnv = process.env): TorchSearch {
  const notes: string[] = [];
  if (env.SQLTUNE_TORCH_DIR) return { found: torchFromVariable(env.SQLTUNE_TORCH_DIR), notes };
  const places: [LibtorchSource, string | null, string][] = [
    ["python", torchOfPython(env), `${pythonProgram(env)} has no torch package`],
    ["cache", join(torchCacheFolder(env), "torch"), `${torchCacheFolder(env)} holds none`],
  ];
  for (const [source, dir, absent] of places) {
    const torch = dir === null ? null : readTorchFolder(dir);
    if (dir === null || (!torch && !existsSync(dir))) notes.push(absent);
    else if (!torch) notes.push(`${dir} is incomplete`);
    else if (!isSupportedTorch(torch.version)) notes.push(`${dir} is torch ${torch.version}, too old or too new`);
    else return { found: { dir, ...torch, source }, notes };
  }
  return { found: null, notes };
}

function torchFromVariable(value: string): Libtorch {
  // A site-packages folder is taken too.
  const dir = existsSync(join(value, "torch", "version.py")) ? join(value, "torch") : value;
  const torch = readTorchFolder(dir);
  if (torch && isSupportedTorch(torch.version)) return { dir, ...torch, source: "SQLTUNE_TORCH_DIR" };
  throw new SqltuneError(
    numberedFixes(
      `SQLTUNE_TORCH_DIR is ${value}: ${
        torch ? `torch ${torch.version}` : "no torch folder with include/, lib/ and version.py"
      }; expected torch ${OLDEST.join(".")} to ${TORCH_VERSION}.`,
      [
        "Set it to the torch folder inside a site-packages folder.",
        "Unset it: setup then takes the current Python's torch, or installs one.",
      ],
    ),
    { code: "ERR_SQLTUNE_LIBTORCH" },
  );
}

/** True when this machine has an NVIDIA card, by the driver's files (WSL2's included). */
export function hasNvidiaCard(): boolean {
  return ["/proc/driver/nvidia/version", "/dev/nvidia0", "/usr/lib/wsl/lib/libcuda.so.1"].some((file) =>
    existsSync(file),
  );
}
