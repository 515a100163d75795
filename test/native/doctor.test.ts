import { PassThrough } from "node:stream";
import { text } from "node:stream/consumers";
import { afterEach, expect, it, vi } from "vitest";
import { runCli } from "../../src/cli/run-cli.js";
import type { Diagnosis } from "../../src/native/diagnose.js";

afterEach(() => vi.unstubAllEnvs());

async function doctor(...words: string[]) {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  const signal = new AbortController().signal;
  const code = await runCli({ words: ["doctor", ...words], stdin: new PassThrough(), stdout, stderr, signal });
  stdout.end();
  stderr.end();
  return { code, stdout: await text(stdout), stderr: await text(stderr) };
}

it("tells what a ready machine has", async () => {
  const { code, stdout, stderr } = await doctor();
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  for (const row of ["Node", "libtorch", "native layer", "devices", "processor", "memory", "disk", "SQLite binding"]) {
    expect(stdout).toMatch(new RegExp(`^ok {7}${row} `, "m"));
  }
});

it("--json gives one object", async () => {
  const { code, stdout } = await doctor("--json");
  expect(code).toBe(0);
  const found = JSON.parse(stdout) as Diagnosis;
  expect(found).toMatchObject({
    node: process.versions.node,
    addon: { built: true, loads: true, problem: null },
    native: { torchRuntime: expect.stringMatching(/^2\./), threads: expect.any(Number) },
    sqlite: { ok: true },
    fixes: [],
  });
});

it("names what to fix, in order, and exits with 1", async () => {
  vi.stubEnv("SQLTUNE_TORCH_DIR", "/nowhere");
  vi.stubEnv("PATH", "/nowhere");
  const { code, stdout, stderr } = await doctor();
  expect(code).toBe(1);
  expect(stdout).toMatch(/^missing {2}libtorch +none found$/m);
  expect(stdout).toMatch(/^missing {2}CMake 3\.19 or later +no cmake$/m);
  expect(stderr).toMatch(
    /^error: sqltune is not ready\. In this order:\n {2}1\. SQLTUNE_TORCH_DIR is \/nowhere: .*\n {2}2\. Install Python 3: /,
  );
  expect(stderr.trimEnd().split("\n").at(-1)).toMatch(/^ {2}\d\. Run: npx sqltune setup$/);
});
