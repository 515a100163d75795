import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { availableParallelism, freemem } from "node:os";
import { dirname, join } from "node:path";
import { SqltuneError } from "../errors.js";
import { inputsFile, readBuildStamp } from "./build-stamp.js";
import type { Libtorch } from "./libtorch.js";
import { numberedFixes } from "./numbered-fixes.js";
import { addonFile, packageRoot } from "./package-root.js";
import { runCommand } from "./run-command.js";

/** A compiler working on ATen's headers takes up to this much memory. */
const BYTES_PER_JOB = 1.5e9;

export interface BuildOptions {
  onLine: (line: string) => void;
  env?: NodeJS.ProcessEnv;
  signal?: AbortSignal;
}

/** Builds the addon by cmake-js into build/Release and leaves `inputs` beside it. */
export async function buildAddon(torch: Libtorch, inputs: string, options: BuildOptions): Promise<void> {
  const { onLine, env = process.env, signal } = options;
  const jobs = Math.max(1, Math.min(availableParallelism(), Math.floor(freemem() / BYTES_PER_JOB)));
  dropForeignCache();
  rmSync(inputsFile(), { force: true });
  onLine(`native build: libtorch ${torch.version} in ${torch.dir}, ${jobs} ${jobs === 1 ? "job" : "jobs"}`);
  const cmakeJs = createRequire(import.meta.url).resolve("cmake-js/bin/cmake-js");
  // configure, then build: cmake-js's own "compile" answers any error by cleaning and building everything again.
  const steps = [
    ["configure", `--CDTORCH_DIR=${torch.dir}`],
    ["build", "--target", "sqltune", "--parallel", String(jobs)],
  ];
  for (const step of steps) {
    const args = [cmakeJs, ...step, "--directory", packageRoot];
    const result = await runCommand(process.execPath, args, {
      cwd: packageRoot,
      env,
      signal,
      onLine: progress(onLine),
    });
    if (result.code !== 0) throw buildFailed(step[0]!, result.output);
  }
  if (!readBuildStamp()) throw buildFailed("build", `${addonFile} was not made.`);
  writeFileSync(inputsFile(), `${inputs}\n`);
}

/** CMake refuses a cache that was made in another folder (a package that was moved or copied). */
function dropForeignCache(): void {
  const build = dirname(dirname(addonFile));
  try {
    const home = /^CMAKE_HOME_DIRECTORY:INTERNAL=(.*)$/m.exec(readFileSync(join(build, "CMakeCache.txt"), "utf8"))?.[1];
    if (home !== packageRoot) rmSync(build, { recursive: true, force: true });
  } catch {
    // no cache yet
  }
}

/** Ninja says "[3/40] Building CXX object …", make "[  7%] Building CXX object …". */
function progress(onLine: (line: string) => void) {
  return (line: string) => {
    const match = /^\[\s*(\d+\/\d+|\d+%)\] (?:Building CXX object|Linking CXX \w+ \w+)\s+(?:.*\/)?(\S+)/.exec(line);
    if (match) onLine(`native build: ${match[1]} ${match[2]!.replace(/\.o$/, "")}`);
  };
}

function buildFailed(step: string, output: string): SqltuneError {
  const lines = output.split("\n");
  const first = lines.findIndex((line) => /\berror\b|CMake Error|FAILED/i.test(line));
  const part = first === -1 ? lines.slice(-30) : lines.slice(first, first + 30);
  return new SqltuneError(
    numberedFixes(`The native ${step} failed:\n${part.join("\n").trim()}`, [
      "Run: npx sqltune doctor, which checks compiler, CMake and libtorch",
      `Remove ${dirname(dirname(addonFile))} and run setup again`,
      "Set CXX to another C++20 compiler (GCC 11, Clang 14 or later)",
    ]),
    { code: "ERR_SQLTUNE_BUILD" },
  );
}
