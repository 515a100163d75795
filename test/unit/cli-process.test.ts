import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

const jiti = fileURLToPath(new URL("../../node_modules/jiti/lib/jiti-cli.mjs", import.meta.url));
const main = fileURLToPath(new URL("../../src/cli/main.ts", import.meta.url));

/** The program in a process of its own, as users run it. */
function sqltune(words: string[], closeStdout = false): Promise<{ code: number | null; out: string; err: string }> {
  const child = spawn(process.execPath, [jiti, main, ...words], { stdio: ["ignore", "pipe", "pipe"] });
  let [out, err] = ["", ""];
  child.stdout.on("data", (chunk: Buffer) => {
    out += chunk;
  });
  child.stderr.on("data", (chunk: Buffer) => {
    err += chunk;
  });
  if (closeStdout) child.stdout.destroy();
  return new Promise((resolve) => child.on("close", (code) => resolve({ code, out, err })));
}

describe("the sqltune process", { timeout: 120_000 }, () => {
  it("ends with the exit code of what happened, and says nothing more", async () => {
    const [version, wrong] = await Promise.all([sqltune(["--version"]), sqltune(["trian", "--json"])]);
    expect(version).toEqual({ code: 0, out: expect.stringMatching(/^\d+\.\d+\.\d+\n$/), err: "" });
    expect(wrong).toMatchObject({
      code: 2,
      err: expect.stringMatching(/^error: trian is no command\. Did you mean train\?/),
    });
    expect(JSON.parse(wrong.out).error.exit_code).toBe(2);
  });

  it("does not mind a reader that has gone, as head goes", async () => {
    expect(await sqltune(["--help"], true)).toEqual({ code: 0, out: "", err: "" });
  });
});
