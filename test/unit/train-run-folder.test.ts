import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { clearRunFolder, openRunFolder } from "../../src/train/run-folder.js";
import { acquireRunLock } from "../../src/train/run-lock.js";

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "sqltune-run-"));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const fresh = { resume: false, overwrite: false };
const put = (name: string, text = "x") => {
  mkdirSync(join(root, name, ".."), { recursive: true });
  writeFileSync(join(root, name), text);
};

describe("run folder", () => {
  it("is made and locked, and gives the lock back", async () => {
    const folder = await openRunFolder(join(root, "deep/run"), fresh);
    expect(existsSync(folder.checkpoints)).toBe(true);
    await expect(openRunFolder(folder.path, fresh)).rejects.toThrow(/Another run works in .* process \d+/);
    await folder.close();
    await (await openRunFolder(folder.path, fresh)).close();
    expect(readdirSync(folder.path)).toEqual(["checkpoints"]);
  });

  it.each(["run.json", "metrics.jsonl", "checkpoints/checkpoint-5/trainer_state.json", "final_model/README.md"])(
    "is refused when %s says that it was used, and left alone",
    async (name) => {
      put(name);
      await expect(openRunFolder(root, fresh)).rejects.toThrow(/holds an earlier run.*--resume.*--overwrite/s);
      expect(existsSync(join(root, name))).toBe(true);
      expect(existsSync(join(root, "run.lock"))).toBe(false);
    },
  );

  it("is not used by a run that failed before its first step", async () => {
    put("status.json");
    await (await openRunFolder(root, fresh)).close();
  });

  it("clearing removes what a run writes and nothing else", async () => {
    const runs = ["run.json", "metrics.jsonl", "report.json", "best", "last", "checkpoints/checkpoint-5/optimizer.bin"];
    const users = ["notes.txt", "logs/mine.log", "final_model/merged.gguf", "checkpoints/mine/adapter.bin", "data.csv"];
    for (const name of [...runs, ...users, "final_model/adapter_config.json", "logs/train.log"]) put(name);
    const folder = await openRunFolder(root, { resume: false, overwrite: true });
    expect(folder.used).toBe(true);
    for (const name of runs) expect(existsSync(join(root, name)), name).toBe(true);
    await clearRunFolder(folder);
    await folder.close();
    for (const name of [...runs, "final_model/adapter_config.json", "logs/train.log"]) {
      expect(existsSync(join(root, name)), name).toBe(false);
    }
    for (const name of users) expect(existsSync(join(root, name)), name).toBe(true);
  });

  it("clears what a killed run left half-written", async () => {
    put("checkpoints/.checkpoint-7.0a1b2c3d.tmp/adapter_model.safetensors");
    put("best.0a1b2c3d.tmp");
    put("final_model.writing-12-0a1b2c3d/README.md");
    put("checkpoints/.checkpoint-notes");
    await (await openRunFolder(root, { resume: true, overwrite: false })).close();
    expect(readdirSync(root)).toEqual(["checkpoints"]);
    expect(readdirSync(join(root, "checkpoints"))).toEqual([".checkpoint-notes"]);
  });

  it("keeps names in files of their own", async () => {
    const folder = await openRunFolder(root, fresh);
    expect(await folder.readName("best")).toBeNull();
    await folder.writeName("best", "checkpoint-20");
    expect(await folder.readName("best")).toBe("checkpoint-20");
    expect(readFileSync(join(root, "best"), "utf8")).toBe("checkpoint-20\n");
    await folder.close();
  });
});

describe("run lock", () => {
  const path = () => join(root, "run.lock");
  const holder = (change: object) =>
    JSON.stringify({ pid: process.pid, host: hostname(), processStart: null, token: "t", since: "then", ...change });

  it("of a process that is gone is taken over", async () => {
    const child = spawn(process.execPath, ["-e", ""]);
    await once(child, "exit");
    put("run.lock", holder({ pid: child.pid }));
    const lock = await acquireRunLock(path());
    expect(JSON.parse(readFileSync(path(), "utf8")).pid).toBe(process.pid);
    await lock.release();
    expect(existsSync(path())).toBe(false);
  });

  it("of a living process is respected, also another's", async () => {
    const child = spawn(process.execPath, ["-e", "setTimeout(() => {}, 60000)"]);
    try {
      put("run.lock", holder({ pid: child.pid }));
      await expect(acquireRunLock(path())).rejects.toThrow(`process ${child.pid} on ${hostname()}`);
    } finally {
      child.kill("SIGKILL");
    }
  });

  it.runIf(process.platform === "linux")("of an earlier process with the same pid is taken over", async () => {
    put("run.lock", holder({ processStart: "1" }));
    await (await acquireRunLock(path())).release();
  });

  it("of another machine counts as held", async () => {
    put("run.lock", holder({ host: "elsewhere", pid: 1 }));
    await expect(acquireRunLock(path())).rejects.toThrow(/elsewhere.*delete that file/s);
  });

  it("that names nobody is taken over", async () => {
    put("run.lock", "");
    await (await acquireRunLock(path())).release();
  });

  it.each(Array.from({ length: 25 }, (_, round) => round))(
    "is given to one of many who ask at once, round %i",
    async () => {
      put("run.lock", holder({ pid: 2 ** 22 - 1, processStart: "1" }));
      const tries = await Promise.allSettled(Array.from({ length: 32 }, () => acquireRunLock(path())));
      const won = tries.filter((each) => each.status === "fulfilled");
      expect(won).toHaveLength(1);
      await won[0]?.value.release();
    },
  );
});
