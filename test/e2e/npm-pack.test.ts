import { execFileSync } from "node:child_process";
import {
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, type TestContext } from "vitest";
import { sqltuneVersion } from "../../src/adapter/index.js";
import { readBuildStamp } from "../../src/native/build-stamp.js";
import { type Ended, jsonLines, root, runProgram, scratchFolder } from "./compiled-cli.js";

const folder = scratchFolder("pack");
afterAll(() => rmSync(folder, { recursive: true }));

/** The libtorch of this machine's build, so that what doctor finds does not hang on the Python that is active. */
const env = { SQLTUNE_TORCH_DIR: readBuildStamp()!.torchDir };
let tarball = "";
let packed: string[] = [];

/** Packs a copy, as from a clean clone: nothing but sources, except that dist/ has a file left over from long ago. */
beforeAll(async () => {
  const clone = join(folder, "clone");
  const generated = new Set(["node_modules", "dist", "build", "outputs", ".git"].map((name) => join(root, name)));
  cpSync(root, clone, { recursive: true, filter: (source) => !generated.has(source) });
  symlinkSync(join(root, "node_modules"), join(clone, "node_modules"));
  mkdirSync(join(clone, "dist"));
  writeFileSync(join(clone, "dist", "left-over.js"), "");
  const { code, stderr } = await runProgram("npm", ["pack", "--pack-destination", folder], { cwd: clone });
  expect(code, stderr).toBe(0);
  tarball = readdirSync(folder).find((name) => name.endsWith(".tgz"))!;
  const list = execFileSync("tar", ["-tzf", join(folder, tarball)], { encoding: "utf8" });
  packed = list
    .trim()
    .split("\n")
    .map((path) => path.replace(/^package\//, ""));
});

describe("npm pack", () => {
  it("takes what building and running need", () => {
    const needed = [
      ...["dist/index.js", "dist/index.d.ts", "dist/cli/main.js", "dist/database/database-process.js"],
      ...["CMakeLists.txt", "binding.gyp", "native/libtorch.cmake", "scripts/native-sources.mjs"],
      ...["configs/quickstart.yaml", "configs/config_spider.yaml", "configs/config.yaml"],
      ...["data/sample/train.json", "data/sample/tables.json", "data/sample/database/gym/gym.sqlite"],
      ...["README.md", "LICENSE", "CHANGELOG.md", "package.json"],
    ];
    expect(needed.filter((path) => !packed.includes(path))).toEqual([]);
    // Every compiled source is there.
    const native = readdirSync(join(root, "native"), { recursive: true, encoding: "utf8" });
    const sources = native.filter((path) => /\.(cc|h)$/.test(path) && !path.startsWith("test/"));
    expect(sources.length).toBeGreaterThan(20);
    expect(sources.filter((path) => !packed.includes(`native/${path}`))).toEqual([]);
  });

  it("leaves tests, TypeScript sources and earlier builds at home, and is below 5 MB", () => {
    const strange =
      /(^|\/)(test|tests|bench|outputs|build|node_modules|src)\/|\.test\.|\.sqlite-|__pycache__|left-over/;
    expect(packed.filter((path) => strange.test(path))).toEqual([]);
    expect(statSync(join(folder, tarball)).size).toBeLessThan(5_000_000);
  });
});

describe.each([
  ["npm install", [] as string[]],
  ["npm install --ignore-scripts", ["--ignore-scripts"]],
])("%s in an empty project", (name, flags) => {
  const project = join(folder, flags.length === 0 ? "plain" : "no-scripts");
  const installed = join(project, "node_modules", "sqltune");
  const npx = (words: string[]): Promise<Ended> =>
    runProgram("npx", ["--no-install", "sqltune", ...words], { cwd: project, env });
  let unreachable: string | null = null;

  beforeAll(async () => {
    mkdirSync(project);
    writeFileSync(join(project, "package.json"), JSON.stringify({ name: "mine", private: true, type: "module" }));
    const words = ["install", join("..", tarball), ...flags, "--prefer-offline", "--no-audit", "--no-fund"];
    const { code, stderr } = await runProgram("npm", words, { cwd: project });
    if (code !== 0 && /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENOTCACHED|E50\d/.test(stderr)) {
      unreachable = stderr.split("\n")[0]!;
      process.stderr.write(`SKIPPED: ${name} cannot reach the package registry: ${unreachable}\n`);
    } else expect(code, stderr).toBe(0);
  });
  const need = (context: TestContext) => context.skip(unreachable !== null, unreachable ?? "");

  it("installs the package alone, and builds nothing", (context) => {
    need(context);
    expect(existsSync(join(installed, "dist/cli/main.js"))).toBe(true);
    expect(existsSync(join(installed, "build"))).toBe(false);
  });

  it("doctor says what it found and what to fix", async (context) => {
    need(context);
    const { code, stdout, stderr } = await npx(["doctor"]);
    expect(code).toBe(1);
    const row = (text: string) => new RegExp(`^${text}`, "m");
    expect(stdout).toMatch(row(`ok +Node +${process.versions.node} on ${process.platform} `));
    expect(stdout).toMatch(row("ok +libtorch +2\\.\\S+ in .* \\(SQLTUNE_TORCH_DIR\\)$"));
    expect(stdout).toMatch(
      row("missing +native layer +The native layer is not built: .*sqltune\\.node does not exist\\.$"),
    );
    expect(stdout).toMatch(row("ok +memory +[\\d.]+ GB, [\\d.]+ GB free$"));
    expect(stdout).toMatch(
      row(flags.length === 0 ? "ok +SQLite binding +better-sqlite3 loads$" : "missing +SQLite binding +"),
    );
    expect(stdout).toMatch(row("(ok|missing) +a C\\+\\+20 compiler "));
    expect(stderr).toMatch(/^error: sqltune is not ready\. In this order:\n {2}1\. /m);
    expect(stderr).toMatch(/^ {2}\d\. Run: npx sqltune setup$/m);
    expect(stderr).not.toMatch(/^\s+at /m);
  });

  it("prints its version and its help", async (context) => {
    need(context);
    expect(await npx(["--version"])).toMatchObject({ code: 0, stdout: `${sqltuneVersion}\n` });
    const help = await npx(["train", "--help"]);
    expect(help.code).toBe(0);
    for (const flag of ["--config", "--csv", "--resume", "--dry-run", "--json"]) expect(help.stdout).toContain(flag);
    expect(help.stdout).toContain("Examples:");
  });

  it("says how to build the native layer where it is needed", async (context) => {
    need(context);
    const { code, stderr } = await npx(["infer", "--base", "--question", "How many?"]);
    expect(code).toBe(1);
    expect(stderr).toMatch(/npx sqltune setup/);
    expect(stderr).not.toMatch(/bug in sqltune|^\s+at /m);
  });

  it("is ready, by doctor, once the native layer is there", async (context) => {
    need(context);
    mkdirSync(join(installed, "build/Release"), { recursive: true });
    for (const file of ["sqltune.node", "sqltune.json"]) {
      copyFileSync(join(root, "build/Release", file), join(installed, "build/Release", file));
    }
    const { code, stdout } = await npx(["doctor", "--json"]);
    const [found] = jsonLines(stdout);
    expect(found.addon).toMatchObject({ built: true, loads: true, problem: null });
    // Without install scripts SQLite's binding is still missing, and setup is what brings it.
    expect(found.fixes).toEqual(flags.length === 0 ? [] : ["Run: npx sqltune setup"]);
    expect(code).toBe(flags.length === 0 ? 0 : 1);
  });

  it("compiles in strict TypeScript, and has at run time what its types say", async (context) => {
    need(context);
    const names = [
      ...["loadModel", "createEngine", "train", "trainStream", "dryRun", "evaluate", "scorePredictions", "loadConfig"],
      ...[
        "createDatabasePool",
        "SqltuneError",
        "parseSchema",
        "serializeSchema",
        "pull",
        "setup",
        "diagnose",
        "quickstart",
      ],
    ];
    mkdirSync(join(project, "node_modules/@types"), { recursive: true });
    // @types/node is what a TypeScript project on Node has; everything else must come with the package.
    symlinkSync(join(root, "node_modules/@types/node"), join(project, "node_modules/@types/node"));
    const program = `import * as sqltune from "sqltune";
import type { Answer, Config, DataPipeline, Engine, Model, RunEvent, Schema, TrainReport } from "sqltune";
export const all = [${names.map((it) => `sqltune.${it}`).join(", ")}] as const;
export type Types = [Answer, Config, DataPipeline, Engine, Model, RunEvent, Schema, TrainReport];
export async function ask(signal: AbortSignal): Promise<string> {
  using engine = await sqltune.createEngine({ model: "smollm2-135m" });
  const { sql } = await engine.generate({ question: "How many?", db: "shop.sqlite", signal });
  return sql;
}
// @ts-expect-error the types are real: a question is needed
export const wrong = (engine: Engine) => engine.generate({ db: "shop.sqlite" });
`;
    writeFileSync(join(project, "main.ts"), program);
    const options = [
      "--strict",
      "--noEmit",
      "--target",
      "es2023",
      "--module",
      "nodenext",
      "--lib",
      "es2023,esnext.disposable",
    ];
    const tsc = [join(root, "node_modules/typescript/bin/tsc"), ...options, "--types", "node", "main.ts"];
    expect(await runProgram(process.execPath, tsc, { cwd: project })).toMatchObject({ code: 0, stdout: "" });
    const script = `const all = await import("sqltune"); console.log(${JSON.stringify(names)}.filter((name) => typeof all[name] !== "function"))`;
    const ran = await runProgram(process.execPath, ["--input-type=module", "-e", script], { cwd: project, env });
    expect(ran).toEqual({ code: 0, stdout: "[]\n", stderr: "" });
  });
});
