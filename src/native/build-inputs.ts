import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import type { Libtorch } from "./libtorch.js";
import { packageRoot } from "./package-root.js";

/**
 * Hash of everything that makes the addon what it is: sources, build files, libtorch and its place (the addon names
 * it), system, processor and compiler. Not Node's version: the addon uses Node-API 8, which is stable across versions.
 */
export function buildInputs(torch: Libtorch, env: NodeJS.ProcessEnv = process.env, root = packageRoot): string {
  const hash = createHash("sha256");
  const settings = [torch.version, torch.dir, process.platform, process.arch, env.CXX ?? "", env.CXXFLAGS ?? ""];
  hash.update(JSON.stringify(settings));
  for (const file of buildFiles(root)) hash.update(`\0${relative(root, file)}\0`).update(readFileSync(file));
  return hash.digest("hex");
}

function buildFiles(root: string): string[] {
  const native = join(root, "native");
  const sources = readdirSync(native, { recursive: true, encoding: "utf8" })
    .filter((name) => /\.(cc|h|cmake)$/.test(name) && !/^test[\\/]/.test(name))
    .map((name) => join(native, name));
  const others = ["CMakeLists.txt", "scripts/native-sources.mjs"].map((name) => join(root, name));
  return [...sources.sort(), ...others.filter((file) => existsSync(file))];
}
