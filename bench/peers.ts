import { existsSync } from "node:fs";
import { join } from "node:path";
import { SqltuneError } from "../src/errors.js";
import { root } from "./options.js";
import { run } from "./run-child.js";

const VENV = join(root, ".cache/peers");
const REQUIREMENTS = join(root, "bench/peers/requirements.txt");
const PYTHON = process.platform === "win32" ? join(VENV, "Scripts/python.exe") : join(VENV, "bin/python");

/** Installs bench/peers/requirements.txt into a virtual environment of its own; what is there already is kept. */
export async function installPeers(python: string | null): Promise<string> {
  if (!existsSync(PYTHON)) await run(python ?? "python3", ["-m", "venv", VENV]);
  await run(PYTHON, ["-m", "pip", "install", "--disable-pip-version-check", "-r", REQUIREMENTS]);
  return PYTHON;
}

/** The Python that has the peers: the given one, else the installed one. */
export function findPython(given: string | null): string | null {
  return given ?? (existsSync(PYTHON) ? PYTHON : null);
}

export function requirePython(given: string | null): string {
  const python = findPython(given);
  if (python) return python;
  throw new SqltuneError(
    `TRL and PEFT are not installed: there is no ${PYTHON}. Either install them (about 1 GB with PyTorch's CPU build, ` +
      "more with the CUDA one that pip takes on Linux) with `npm run bench:train -- --install-peers`, or name a Python " +
      "that has bench/peers/requirements.txt with --python, or measure sqltune alone with --no-peer.",
  );
}
