import { existsSync, readFileSync } from "node:fs";
import { pythonProgram } from "./libtorch.js";
import { runCommand } from "./run-command.js";

/** Something that set-up needs: what was found, and when it is not right, how to get it here. */
export interface Prerequisite {
  name: string;
  ok: boolean;
  /** "cmake 3.25.1", or why it is not right. */
  found: string;
  /** How to get it on this system; empty when ok. */
  fix: string;
}

const OLDEST_NODE = [20, 17] as const;
const OLDEST_CMAKE = [3, 19] as const;

/** Names of the packages by package manager; brew's `null` is Apple's command line tools. */
type Packages = { apt: string; dnf: string; brew: string | null };

/** What building needs, all asked at once, so that all that is missing is named at once. */
export async function checkPrerequisites(env: NodeJS.ProcessEnv = process.env): Promise<Prerequisite[]> {
  const python = await checkPython(env);
  return [checkNode(), ...python, await checkCompiler(env), await checkCmake(env), await checkMake(env)];
}

function checkNode(): Prerequisite {
  const ok = isAtLeast(process.versions.node, OLDEST_NODE);
  const fix = `Install Node ${OLDEST_NODE.join(".")} or later from https://nodejs.org or by a version manager.`;
  return {
    name: `Node ${OLDEST_NODE.join(".")} or later`,
    ok,
    found: `node ${process.versions.node}`,
    fix: ok ? "" : fix,
  };
}

async function checkPython(env: NodeJS.ProcessEnv): Promise<Prerequisite[]> {
  const python = pythonProgram(env);
  const version = await runCommand(python, ["--version"], { env });
  const pip = version.code === 0 ? await runCommand(python, ["-m", "pip", "--version"], { env }) : null;
  return [
    entry("Python 3", version.code === 0, firstLine(version.output), {
      apt: "python3",
      dnf: "python3",
      brew: "python",
    }),
    entry("pip", pip?.code === 0, pip ? firstLine(pip.output) : "no Python", {
      apt: "python3-pip",
      dnf: "python3-pip",
      brew: "python",
    }),
  ];
}

/** Compiles a few lines: a version number says little about which standard library a clang uses. */
async function checkCompiler(env: NodeJS.ProcessEnv): Promise<Prerequisite> {
  const source =
    "#include <concepts>\n#include <span>\ntemplate <std::integral T> T id(T x) { return x; }\nint main() { return id(0); }\n";
  const packages = { apt: "build-essential", dnf: "gcc-c++", brew: null };
  let found = "no C++ compiler";
  for (const compiler of env.CXX ? [env.CXX] : ["c++", "g++", "clang++"]) {
    const [program = compiler, ...words] = compiler.split(/\s+/);
    const version = await runCommand(program, ["--version"], { env });
    if (version.code !== 0) continue;
    const args = [...words, "-std=c++20", "-fsyntax-only", "-x", "c++", "-"];
    const compiled = await runCommand(program, args, { env, input: source });
    if (compiled.code === 0) return entry("a C++20 compiler", true, firstLine(version.output), packages);
    found = `${firstLine(version.output)}, which does not know C++20`;
  }
  return entry("a C++20 compiler", false, found, packages);
}

async function checkCmake(env: NodeJS.ProcessEnv): Promise<Prerequisite> {
  const { code, output } = await runCommand("cmake", ["--version"], { env });
  const version = /version (\d+\.\d+[\d.]*)/.exec(output)?.[1];
  const ok = code === 0 && version !== undefined && isAtLeast(version, OLDEST_CMAKE);
  const found = code === 0 ? `cmake ${version}` : "no cmake";
  return entry(`CMake ${OLDEST_CMAKE.join(".")} or later`, ok, found, { apt: "cmake", dnf: "cmake", brew: "cmake" });
}

async function checkMake(env: NodeJS.ProcessEnv): Promise<Prerequisite> {
  for (const program of ["ninja", "make"]) {
    const { code, stdout } = await runCommand(program, ["--version"], { env });
    if (code === 0)
      return entry("make or ninja", true, program === "ninja" ? `ninja ${stdout.trim()}` : firstLine(stdout), NONE);
  }
  return entry("make or ninja", false, "neither", { apt: "build-essential", dnf: "make", brew: null });
}

const NONE: Packages = { apt: "", dnf: "", brew: "" };

function entry(name: string, ok: boolean, found: string, packages: Packages): Prerequisite {
  return { name, ok, found, fix: ok ? "" : `Install ${name}: ${howTo(packages)}` };
}

/** The command for this system's package manager; all three where it is not known. */
function howTo({ apt, dnf, brew }: Packages): string {
  const mac = brew === null ? "xcode-select --install" : `brew install ${brew}`;
  if (process.platform === "darwin") return mac;
  const release = existsSync("/etc/os-release") ? readFileSync("/etc/os-release", "utf8") : "";
  if (/^ID(_LIKE)?=.*(debian|ubuntu)/m.test(release)) return `sudo apt install ${apt}`;
  if (/^ID(_LIKE)?=.*(fedora|rhel|centos)/m.test(release)) return `sudo dnf install ${dnf}`;
  return `sudo apt install ${apt} (Debian), sudo dnf install ${dnf} (Fedora), ${mac} (macOS)`;
}

const firstLine = (text: string) => text.trim().split("\n")[0]!;

function isAtLeast(version: string, [major, minor]: readonly [number, number]): boolean {
  const [foundMajor = 0, foundMinor = 0] = version.split(".").map(Number);
  return foundMajor > major || (foundMajor === major && foundMinor >= minor);
}
