import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { promisify } from "node:util";

const SCRIPTS = resolve(import.meta.dirname, "../../scripts/parity");
const run = promisify(execFile);

/** Test data beside the repository; null where there is none. */
export const sharedFolder = existing(process.env.SQLTUNE_SHARED ?? resolve(import.meta.dirname, "../../../shared"));

/** Python with scripts/parity/requirements.txt; null where it is not set or cannot import them. */
export const parityPython = await workingPython(process.env.SQLTUNE_PARITY_PYTHON);

/** A model's HuggingFace folder under SQLTUNE_PARITY_MODELS ("smollm2", "qwen"); null where there is none. */
export function parityModel(name: string): string | null {
  const models = process.env.SQLTUNE_PARITY_MODELS;
  return models ? existing(join(models, name)) : null;
}

/** True when a test must be skipped; says aloud what it needs. */
export function lacks(test: string, needs: Record<string, unknown>): boolean {
  const missing = Object.entries(needs)
    .filter(([, value]) => value === null)
    .map(([what]) => what);
  if (missing.length === 0) return false;
  process.stderr.write(`SKIPPED ${test}: needs ${missing.join(" and ")}. See scripts/parity/setup.sh.\n`);
  return true;
}

/**
 * Runs a script of scripts/parity, whose arguments `args` gives for an output folder, and returns that folder. With
 * SQLTUNE_PARITY_CACHE the folder is kept there and taken again while the scripts and `inputs` stay the same.
 */
export async function pythonReference(
  script: string,
  inputs: unknown,
  args: (out: string, inputsFile: string) => string[],
): Promise<string> {
  const cache = process.env.SQLTUNE_PARITY_CACHE;
  const hash = createHash("sha256").update(JSON.stringify([script, inputs, args("", "")]));
  for (const file of readdirSync(SCRIPTS).sort())
    if (file.endsWith(".py")) hash.update(readFileSync(join(SCRIPTS, file)));
  const folder = cache
    ? join(cache, `${script}-${hash.digest("hex").slice(0, 16)}`)
    : mkdtempSync(join(tmpdir(), "sqltune-parity-"));
  const out = join(folder, "out");
  const done = join(folder, "done");
  if (existsSync(done)) return out;
  if (!cache) process.once("exit", () => rmSync(folder, { recursive: true, force: true }));
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(out, { recursive: true });
  const inputsFile = join(folder, "inputs.json");
  writeFileSync(inputsFile, JSON.stringify(inputs));
  await run(parityPython!, [join(SCRIPTS, `${script}.py`), ...args(out, inputsFile)], {
    // Nothing is fetched, and no byte code is left beside the scripts.
    env: { ...process.env, HF_HUB_OFFLINE: "1", PYTHONDONTWRITEBYTECODE: "1", TOKENIZERS_PARALLELISM: "false" },
    maxBuffer: 64 << 20,
  });
  writeFileSync(done, "");
  return out;
}

function existing(path: string): string | null {
  return existsSync(path) ? path : null;
}

async function workingPython(python: string | undefined): Promise<string | null> {
  if (!python) return null;
  try {
    // Looked up, not imported: importing transformers takes many seconds.
    const needed = ["torch", "transformers", "peft", "safetensors"];
    const code = `import importlib.util as u; print(*[n for n in ${JSON.stringify(needed)} if not u.find_spec(n)])`;
    const missing = (await run(python, ["-c", code])).stdout.trim();
    if (missing === "") return python;
    process.stderr.write(`SQLTUNE_PARITY_PYTHON=${python} has no ${missing.replaceAll(" ", ", ")}.\n`);
    return null;
  } catch (error) {
    process.stderr.write(`SQLTUNE_PARITY_PYTHON=${python} does not run: ${(error as Error).message}\n`);
    return null;
  }
}
