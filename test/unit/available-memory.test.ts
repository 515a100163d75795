import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { freemem, tmpdir, totalmem } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { availableMemory } from "../../src/train/available-memory.js";
import { availableDeviceMemory, freeDeviceBytes } from "../../src/train/device-memory.js";

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "sqltune-memory-"));
});
afterEach(() => rmSync(root, { recursive: true }));

/** A machine's /proc and /sys: 16,000 kB available, and the given files. */
function machine(files: Record<string, string>) {
  const all = { "proc/meminfo": "MemTotal:       32000 kB\nMemFree:  100 kB\nMemAvailable:   16000 kB\n", ...files };
  for (const [name, text] of Object.entries(all)) {
    mkdirSync(dirname(join(root, name)), { recursive: true });
    writeFileSync(join(root, name), text);
  }
  return availableMemory(root, "linux");
}
const group = "sys/fs/cgroup";
const stat = (inactive: number) => `anon 5\nfile 9\ninactive_anon 77\ninactive_file ${inactive}\nactive_file 3\n`;

describe("availableMemory on Linux", () => {
  it("is MemAvailable without control groups", async () => {
    expect(await machine({})).toEqual({ bytes: 16000 * 1024, source: "MemAvailable" });
  });

  it("is what memory.max leaves, file pages that nobody uses not counted", async () => {
    const { bytes, source } = await machine({
      "proc/self/cgroup": "0::/\n",
      [`${group}/memory.max`]: "8000000\n",
      [`${group}/memory.high`]: "max\n",
      [`${group}/memory.current`]: "3000000\n",
      [`${group}/memory.stat`]: stat(1_000_000),
    });
    expect({ bytes, source }).toEqual({ bytes: 6_000_000, source: join(root, group, "memory.max") });
  });

  it("asks every group above the process, and takes the least room", async () => {
    const { bytes, source } = await machine({
      "proc/self/cgroup": "0::/user.slice/run.scope\n",
      [`${group}/user.slice/run.scope/memory.max`]: "max\n",
      [`${group}/user.slice/run.scope/memory.current`]: "1000\n",
      [`${group}/user.slice/memory.max`]: "9000000\n",
      [`${group}/user.slice/memory.high`]: "2000000\n",
      [`${group}/user.slice/memory.current`]: "500000\n",
    });
    expect(bytes).toBe(1_500_000);
    expect(source).toBe(join(root, group, "user.slice/memory.high"));
  });

  it("finds a container's own group where the path is the host's", async () => {
    const { bytes } = await machine({
      "proc/self/cgroup": "0::/system.slice/docker-4f.scope\n",
      [`${group}/memory.max`]: "4000000\n",
      [`${group}/memory.current`]: "1000000\n",
    });
    expect(bytes).toBe(3_000_000);
  });

  it("reads version 1 too, beside an empty version 2", async () => {
    const { bytes } = await machine({
      "proc/self/cgroup": "5:devices:/\n4:cpu,memory:/a/b\n0::/\n",
      [`${group}/memory/a/memory.limit_in_bytes`]: "7000000\n",
      [`${group}/memory/a/memory.usage_in_bytes`]: "2500000\n",
      [`${group}/memory/a/memory.stat`]: "inactive_file 1\ntotal_inactive_file 500000\n",
      [`${group}/memory/a/b/memory.limit_in_bytes`]: "9223372036854771712\n",
      [`${group}/memory/a/b/memory.usage_in_bytes`]: "100\n",
    });
    expect(bytes).toBe(5_000_000);
  });

  it("is never less than nothing, and ignores limits above the machine", async () => {
    const full = { "proc/self/cgroup": "0::/\n", [`${group}/memory.current`]: "3000000\n" };
    expect((await machine({ ...full, [`${group}/memory.max`]: "2000000\n" })).bytes).toBe(0);
    expect((await machine({ ...full, [`${group}/memory.max`]: "99000000000\n" })).source).toBe("MemAvailable");
  });
});

it("is at least half of a Mac's memory, and elsewhere what is free", async () => {
  expect((await availableMemory(root, "darwin")).bytes).toBeGreaterThanOrEqual(totalmem() / 2);
  const { bytes } = await availableMemory(root, "freebsd");
  expect(Math.abs(bytes - freemem())).toBeLessThan(totalmem() / 4);
});

describe("the device's memory", () => {
  it("is nvidia-smi's free memory without the context, or unknown", () => {
    expect(freeDeviceBytes("143000\n")).toBe(143000 * 2 ** 20 - 600e6);
    expect(freeDeviceBytes("10\n")).toBe(0);
    expect(freeDeviceBytes("No devices were found\n")).toBeNull();
  });

  it("is the machine's own on a CPU", async () => {
    expect(await availableDeviceMemory("cpu")).toBeNull();
  });
});
