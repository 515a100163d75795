import { cpSync, existsSync, mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { readBuildStamp } from "../../src/native/build-stamp.js";
import { checkBuild } from "../../src/native/load.js";
import { packageRoot } from "../../src/native/package-root.js";
import { runCommand } from "../../src/native/run-command.js";
import { tryAddon } from "../../src/native/try-addon.js";

const copy = mkdtempSync(join(tmpdir(), "sqltune-gyp-"));
afterAll(() => rmSync(copy, { recursive: true }));

// Compiles all of native/ without a precompiled header: minutes on two cores.
it("node-gyp rebuild makes a loadable addon from the same sources", { timeout: 1_800_000 }, async ({ skip }) => {
  // node-gyp would download Node's headers; most installations of Node bring them.
  const nodedir = [process.env.npm_config_nodedir, dirname(dirname(process.execPath))].find(
    (folder) => folder && existsSync(join(folder, "include", "node", "node.h")),
  );
  skip(!nodedir, `this Node brings no headers: expected ${dirname(dirname(process.execPath))}/include/node/node.h`);
  for (const entry of [
    "native",
    "scripts",
    "src",
    "binding.gyp",
    "package.json",
    "tsconfig.json",
    "tsconfig.build.json",
  ]) {
    cpSync(join(packageRoot, entry), join(copy, entry), { recursive: true });
  }
  symlinkSync(join(packageRoot, "node_modules"), join(copy, "node_modules"));
  const require = createRequire(import.meta.url);
  const tsc = await runCommand(process.execPath, [require.resolve("typescript/bin/tsc"), "-p", "tsconfig.build.json"], {
    cwd: copy,
  });
  expect(tsc).toMatchObject({ code: 0 });

  const env = { ...process.env, SQLTUNE_TORCH_DIR: readBuildStamp()!.torchDir };
  const gyp = [require.resolve("node-gyp/bin/node-gyp.js"), "rebuild", "-j", "2", `--nodedir=${nodedir}`];
  const { code, output } = await runCommand(process.execPath, gyp, { cwd: copy, env });
  expect(code, output.slice(-4000)).toBe(0);

  const addon = join(copy, "build", "Release", "sqltune.node");
  expect(checkBuild(addon).torch).toBe(readBuildStamp()!.torch);
  expect(await tryAddon(addon)).toEqual(await tryAddon(join(packageRoot, "build", "Release", "sqltune.node")));
});
