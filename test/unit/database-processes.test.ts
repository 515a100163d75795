import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { createDatabasePool } from "../../src/database/index.js";
import { useShop } from "./database-shop.js";

const shop = useShop();

describe("processes", () => {
  /** What a program of its own needs to load the pool from the sources. */
  const importPool = `
    import { createJiti } from ${JSON.stringify(import.meta.resolve("jiti"))};
    const { createDatabasePool } = await createJiti(${JSON.stringify(import.meta.url)}).import("../../src/database/pool.ts");`;

  /** Ended; in a container without an init process it may stay as a zombie, which holds nothing. */
  const gone = (pid: number): boolean => {
    try {
      process.kill(pid, 0);
      return (
        existsSync(`/proc/${pid}/stat`) && readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]!.startsWith("Z")
      );
    } catch {
      return true;
    }
  };

  test("close leaves no child, rejects what is under way and refuses more", async () => {
    const own = createDatabasePool({ size: 2 });
    await Promise.all([own.query(shop.file, "SELECT 1"), own.query(shop.file, "SELECT 2")]);
    const { pids } = own;
    expect(pids).toHaveLength(2);
    const endless = "SELECT count(*) FROM wide a, wide b, wide c, wide d, wide e";
    const under = [1, 2, 3].map((i) => own.query(shop.file, `${endless} WHERE ${i}`));
    const settled = Promise.allSettled(under);
    await own.close();
    for (const outcome of await settled)
      expect(outcome).toMatchObject({ reason: { details: { code: "ERR_SQLTUNE_POOL_CLOSED" } } });
    expect(pids.every(gone)).toBe(true);
    expect(own.pids).toEqual([]);
    await expect(own.query(shop.file, "SELECT 1")).rejects.toThrow("the database pool is closed");
  });

  test("children are gone after their parent was killed in the middle of a query", async () => {
    const script = `
      ${importPool}
      const pool = createDatabasePool({ size: 2 });
      await Promise.all([pool.query(process.argv[1], "SELECT 1"), pool.query(process.argv[1], "SELECT 2")]);
      void pool.query(process.argv[1], "SELECT count(*) FROM wide a, wide b, wide c, wide d, wide e");
      setTimeout(() => process.stdout.write(pool.pids.join(" ") + "\\n"), 100);
    `;
    const parent = spawn(process.execPath, ["--input-type=module", "--eval", script, shop.file], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    const [line] = (await once(parent.stdout, "data")) as [Buffer];
    const pids = line.toString().trim().split(" ").map(Number);
    expect(pids).toHaveLength(2);
    parent.kill("SIGKILL");
    await expect.poll(() => pids.every(gone), { timeout: 10_000 }).toBe(true);
  });

  test("an idle pool that was never closed does not keep the program alive", async () => {
    const script = `
      ${importPool}
      const pool = createDatabasePool({ size: 1 });
      const result = await pool.query(process.argv[1], "SELECT 1");
      process.stdout.write(JSON.stringify([result.rows, pool.pids]));
    `;
    const program = spawn(process.execPath, ["--input-type=module", "--eval", script, shop.file], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    const [[line], [code]] = (await Promise.all([once(program.stdout, "data"), once(program, "exit")])) as [
      [Buffer],
      [number],
    ];
    const [rows, pids] = JSON.parse(line.toString()) as [number[][], number[]];
    expect(rows).toEqual([[1]]);
    expect(code).toBe(0);
    await expect.poll(() => pids.every(gone), { timeout: 10_000 }).toBe(true);
  });

  test("a program that closes its pool goes on after it", async () => {
    const script = `
      ${importPool}
      const pool = createDatabasePool({ size: 2 });
      await Promise.all([pool.query(process.argv[1], "SELECT 1"), pool.query(process.argv[1], "SELECT 2")]);
      await pool.close();
      process.stdout.write("closed");
    `;
    const program = spawn(process.execPath, ["--input-type=module", "--eval", script, shop.file], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    const [[line], [code]] = (await Promise.all([once(program.stdout, "data"), once(program, "exit")])) as [
      [Buffer],
      [number],
    ];
    expect([line.toString(), code]).toEqual(["closed", 0]);
  });

  test("many queries share few processes", async () => {
    const results = await Promise.all(
      Array.from({ length: 50 }, (_, i) => shop.pool.query(shop.file, `SELECT n FROM wide WHERE n = ${i + 1}`)),
    );
    expect(results.map((r) => r.ok && r.rows[0]?.[0])).toEqual(Array.from({ length: 50 }, (_, i) => i + 1));
    expect(shop.pool.pids.length).toBeLessThanOrEqual(2);
  });
});
