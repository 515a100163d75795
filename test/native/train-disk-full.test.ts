import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { writeTrainableModel } from "./train-fixture.js";

const root = mkdtempSync(join(tmpdir(), "sqltune-disk-"));
const model = join(root, "model");
const disk = join(root, "disk");
afterAll(() => rmSync(root, { recursive: true, force: true }));

/** Runs a command with a disk of its own at `disk`, seen by that command alone (user and mount namespaces). */
function onSmallDisk(kilobytes: number, command: readonly string[]): string {
  const script = `mkdir -p "$1" && mount -t tmpfs -o size=${kilobytes}k tmpfs "$1" && shift && exec "$@"`;
  return execFileSync("unshare", ["--user", "--map-root-user", "--mount", "sh", "-c", script, "sh", disk, ...command], {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "pipe"],
  });
}

function smallDiskIsMissing(): boolean {
  try {
    onSmallDisk(64, ["true"]);
    return false;
  } catch {
    process.stderr.write("SKIPPED a run on a full disk: it needs Linux, `unshare` and unprivileged user namespaces.\n");
    return true;
  }
}

describe.skipIf(smallDiskIsMissing())("a disk that runs full", () => {
  beforeAll(() => void writeTrainableModel(model));

  it("ends the run with a clear error, and every checkpoint that is there is whole", () => {
    const script = resolve(import.meta.dirname, "train-disk-child.ts");
    const command = [process.execPath, "--import", "jiti/register", script, model, join(disk, "run")];
    const result = JSON.parse(onSmallDisk(500, command));
    expect(result.message).toMatch(
      /^No space left on the disk while writing .* \(\d+ MiB free\)\. Earlier checkpoints are intact\. Free some space/,
    );
    expect(result.code).toBe("SqltuneError");
    expect(result.steps.length).toBeGreaterThan(1);
    expect(result.names.every((name: string) => /^checkpoint-\d+$/.test(name))).toBe(true);
    expect(result.names).toContain(result.last);
    expect(result.locked).toBe(false);
  });
});
