import { runCommand } from "./run-command.js";
import type { NativeInfo } from "./types.js";

/** Loads the addon in a child process, so that a binary that crashes takes nothing with it. */
export async function tryAddon(file: string): Promise<{ info: NativeInfo } | { problem: string }> {
  const script = `
    const addon = require(${JSON.stringify(file)});
    process.on("exit", () => addon.shutdown());
    process.stdout.write("\\n" + JSON.stringify(addon.info()));`;
  const { code, stdout, output } = await runCommand(process.execPath, ["-e", script]);
  if (code === 0) return { info: JSON.parse(stdout.trim().split("\n").at(-1)!) as NativeInfo };
  const reason = output.split("\n").find((line) => /^\S*Error\b/.test(line));
  return {
    problem: reason ?? (code === null ? "the process that loaded it was killed by a signal" : `exit code ${code}`),
  };
}
