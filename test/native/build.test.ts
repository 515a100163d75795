import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { afterAll, beforeEach, describe, expect, it } from "vitest";
import { setup } from "../../src/native/build.js";
import { buildInputs } from "../../src/native/build-inputs.js";
import { readBuildStamp, readInputs, stampFile } from "../../src/native/build-stamp.js";
import { isSupportedTorch, readTorchFolder, searchLibtorch, torchCacheFolder } from "../../src/native/libtorch.js";
import { addonFile, packageRoot } from "../../src/native/package-root.js";
import { checkPrerequisites } from "../../src/native/prerequisites.js";
import { sqliteProblem } from "../../src/native/sqlite-binding.js";
import { tryAddon } from "../../src/native/try-addon.js";

const folder = mkdtempSync(join(tmpdir(), "sqltune-build-"));
afterAll(() => rmSync(folder, { recursive: true }));
let place = "";
let count = 0;
beforeEach(() => {
  place = join(folder, String(count++));
  mkdirSync(place);
});

function fakeTorch(dir: string, version: string, cuda = "None"): string {
  mkdirSync(join(dir, "lib"), { recursive: true });
  mkdirSync(join(dir, "include/ATen"), { recursive: true });
  writeFileSync(join(dir, "include/ATen/ATen.h"), "");
  writeFileSync(join(dir, "version.py"), `__version__ = '${version}'\ncuda: Optional[str] = ${cuda}\n`);
  return dir;
}

/** A program on a PATH of its own. */
function fakeProgram(name: string, script: string): void {
  const file = join(place, "bin", name);
  mkdirSync(join(place, "bin"), { recursive: true });
  writeFileSync(file, `#!/bin/sh\n${script}\n`);
  chmodSync(file, 0o755);
}
/** The real shell, so that fake programs run. */
const path = () => [join(place, "bin"), "/nowhere"].join(delimiter);

describe("searchLibtorch", () => {
  const python = (dir: string) => fakeProgram("python3", `echo "${dir}"`);

  it("takes SQLTUNE_TORCH_DIR, then the current Python's torch, then its own cache", () => {
    const named = fakeTorch(join(place, "named"), "2.13.0+cpu");
    const ofPython = fakeTorch(join(place, "site-packages", "torch"), "2.12.1");
    const env: NodeJS.ProcessEnv = { PATH: path(), SQLTUNE_CACHE: join(place, "cache") };
    const cached = fakeTorch(join(torchCacheFolder(env), "torch"), "2.13.0", "'12.8'");
    python(ofPython);
    expect(searchLibtorch({ ...env, SQLTUNE_TORCH_DIR: named }).found).toEqual({
      dir: named,
      version: "2.13.0+cpu",
      cuda: null,
      source: "SQLTUNE_TORCH_DIR",
    });
    expect(searchLibtorch({ ...env, SQLTUNE_TORCH_DIR: join(place, "site-packages") }).found?.dir).toBe(ofPython);
    expect(searchLibtorch(env).found).toMatchObject({ dir: ofPython, source: "python" });
    python("");
    expect(searchLibtorch(env).found).toEqual({ dir: cached, version: "2.13.0", cuda: "12.8", source: "cache" });
  });

  it("asks the active virtual environment's Python first", () => {
    const inVenv = fakeTorch(join(place, "venv-torch"), "2.11.0");
    python(fakeTorch(join(place, "system-torch"), "2.13.0"));
    mkdirSync(join(place, "venv", "bin"), { recursive: true });
    writeFileSync(join(place, "venv", "bin", "python3"), `#!/bin/sh\necho "${inVenv}"\n`);
    chmodSync(join(place, "venv", "bin", "python3"), 0o755);
    const env = { PATH: path(), VIRTUAL_ENV: join(place, "venv"), SQLTUNE_CACHE: place };
    expect(searchLibtorch(env).found?.dir).toBe(inVenv);
  });

  it("passes over what it cannot use and says why", () => {
    python(fakeTorch(join(place, "old"), "2.4.1"));
    const env = { PATH: path(), SQLTUNE_CACHE: join(place, "cache") };
    expect(searchLibtorch(env)).toEqual({
      found: null,
      notes: [
        `${join(place, "old")} is torch 2.4.1, too old or too new`,
        `${join(place, "cache", "libtorch", "2.13.0")} holds none`,
      ],
    });
    mkdirSync(join(place, "half", "torch"), { recursive: true });
    python(join(place, "half", "torch"));
    expect(searchLibtorch(env).notes[0]).toBe(`${join(place, "half", "torch")} is incomplete`);
    expect(searchLibtorch({ ...env, PATH: "/nowhere" }).notes[0]).toBe("python3 has no torch package");
  });

  it("a wrong SQLTUNE_TORCH_DIR is an error, not passed over", () => {
    expect(() => searchLibtorch({ SQLTUNE_TORCH_DIR: place })).toThrow(
      `SQLTUNE_TORCH_DIR is ${place}: no torch folder with include/, lib/ and version.py; expected torch 2.11 to 2.13.0.`,
    );
    fakeTorch(join(place, "t"), "2.4.0");
    expect(() => searchLibtorch({ SQLTUNE_TORCH_DIR: join(place, "t") })).toThrow("torch 2.4.0; expected torch 2.11");
  });

  it.each([
    ["2.11.0", true],
    ["2.13.0+cu128", true],
    ["2.10.1", false],
    ["3.0.0", false],
    ["1.13.1", false],
  ])("torch %s: %s", (version, ok) => expect(isSupportedTorch(version)).toBe(ok));

  it("reads the real libtorch's version", () => {
    const stamp = readBuildStamp()!;
    expect(readTorchFolder(stamp.torchDir)?.version).toBe(stamp.torch);
    expect(readTorchFolder(place)).toBeNull();
  });
});

describe("checkPrerequisites", () => {
  it("names all that is missing, with how to get it", async () => {
    fakeProgram(
      "python3",
      'case "$1" in --version) echo "Python 3.11.0";; *) echo "No module named pip"; exit 1;; esac',
    );
    fakeProgram("cmake", 'echo "cmake version 3.10.2"');
    const found = await checkPrerequisites({ PATH: path() });
    expect(found.map(({ name, ok, found: what }) => [name, ok, what])).toEqual([
      ["Node 20.17 or later", true, `node ${process.versions.node}`],
      ["Python 3", true, "Python 3.11.0"],
      ["pip", false, "No module named pip"],
      ["a C++20 compiler", false, "no C++ compiler"],
      ["CMake 3.19 or later", false, "cmake 3.10.2"],
      ["make or ninja", false, "neither"],
    ]);
    for (const { ok, name, fix } of found) expect(fix.startsWith(`Install ${name}: `)).toBe(!ok);
  });

  it("a compiler without C++20 is told from one with it", async () => {
    fakeProgram("c++", 'case "$1" in --version) echo "old++ 7.5";; *) exit 1;; esac');
    const [, , , compiler] = await checkPrerequisites({ PATH: path() });
    expect(compiler).toMatchObject({ ok: false, found: "old++ 7.5, which does not know C++20" });
    const real = await checkPrerequisites();
    expect(real.filter(({ ok }) => !ok)).toEqual([]);
  });

  it("setup stops with the whole list before it does anything", async () => {
    const env = { PATH: path(), SQLTUNE_CACHE: place };
    await expect(setup({ onLine: () => {}, env })).rejects.toThrow(
      /^Set-up needs what this machine lacks:\n {2}- Python 3 .*\n {2}- pip .*\n {2}- a C\+\+20 compiler .*\n {2}- CMake .*\n {2}- make/,
    );
    expect(existsSync(join(place, "libtorch"))).toBe(false);
  });
});

describe("setup", () => {
  it("leaves alone what is in place", async ({ skip }) => {
    const before = statSync(addonFile).mtimeMs;
    const lines: string[] = [];
    // The libtorch that the addon was built for, wherever that is.
    const env = { ...process.env, SQLTUNE_TORCH_DIR: readBuildStamp()!.torchDir };
    const current = readInputs() === buildInputs(searchLibtorch(env).found!, env);
    skip(!current, "the addon in build/ was not made by setup from these sources: run ./run.sh setup");
    const result = await setup({ onLine: (line) => lines.push(line), env });
    expect(result.changed).toBe(false);
    expect(lines.at(-1)).toBe("native build: up to date");
    expect(statSync(addonFile).mtimeMs).toBe(before);
  });

  it("a changed source, libtorch or compiler asks for a new build", () => {
    const root = join(place, "package");
    mkdirSync(join(root, "native", "test"), { recursive: true });
    mkdirSync(join(root, "scripts"));
    writeFileSync(join(root, "CMakeLists.txt"), "");
    writeFileSync(join(root, "native", "a.cc"), "1");
    const torch = { dir: "/t", version: "2.13.0", cuda: null, source: "python" as const };
    const first = buildInputs(torch, {}, root);
    expect(buildInputs({ ...torch, source: "cache" }, {}, root)).toBe(first);
    writeFileSync(join(root, "native", "test", "only-a-test.cc"), "");
    expect(buildInputs(torch, {}, root)).toBe(first);
    expect(buildInputs({ ...torch, version: "2.11.0" }, {}, root)).not.toBe(first);
    expect(buildInputs(torch, { CXX: "clang++" }, root)).not.toBe(first);
    writeFileSync(join(root, "native", "a.cc"), "2");
    expect(buildInputs(torch, {}, root)).not.toBe(first);
  });

  it("the stamp stands beside the addon", () => {
    expect(stampFile()).toBe(join(packageRoot, "build", "Release", "sqltune.json"));
    expect(readBuildStamp(join(place, "sqltune.node"))).toBeNull();
    writeFileSync(join(place, "sqltune.json"), "{");
    expect(readBuildStamp(join(place, "sqltune.node"))).toBeNull();
  });
});

describe("trials in a child process", () => {
  it("tryAddon tells an addon that loads from files that do not", async () => {
    expect(await tryAddon(addonFile)).toMatchObject({ info: { threads: expect.any(Number) } });
    writeFileSync(join(place, "broken.node"), "not a library");
    expect(await tryAddon(join(place, "broken.node"))).toEqual({
      problem: expect.stringMatching(/invalid ELF|not a mach-o|file too short/i),
    });
    expect(await tryAddon(join(place, "none.node"))).toEqual({
      problem: expect.stringContaining("Cannot find module"),
    });
    symlinkSync(process.execPath, join(place, "exits.node"));
    expect(await tryAddon(join(place, "exits.node"))).toHaveProperty("problem");
  });

  it("SQLite's binding opens a database", async () => expect(await sqliteProblem()).toBeNull());
});
