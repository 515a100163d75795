import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { describe, expect, test } from "vitest";
import { useShop } from "./database-shop.js";

const shop = useShop();

const task = async (name: string, body: string): Promise<URL> => {
  const path = join(shop.folder, `${name}.mjs`);
  await writeFile(path, `export default (input, session) => { ${body} };`);
  return pathToFileURL(path);
};

const ENDLESS = "WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c) SELECT max(x) FROM c";

describe("a task", () => {
  test("runs many queries in one call; only its answer travels", async () => {
    const sum = await task(
      "sum",
      "return input.files.reduce((n, file) => n + session.query(file, 'SELECT sum(n) FROM wide').rows[0][0], 0)",
    );
    const input = { files: [shop.file, shop.file, shop.file] };
    expect(await shop.pool.run(sum, input)).toEqual({ ok: true, value: 3 * 500_500 });
  });

  test("each query has the whole time, and one that is stopped fails alone", async () => {
    const mixed = await task(
      "mixed",
      "return input.map((sql) => { const r = session.query(input.file ?? sql[0], sql[1]); return r.ok ? r.rows[0][0] : r.kind })",
    );
    const slow = `SELECT count(*) FROM wide a, wide b WHERE a.n * b.n % 7 = 1`;
    const queries = [
      "SELECT 1",
      ...Array.from({ length: 12 }, (_, i) => `${slow} AND ${i} = ${i}`),
      ENDLESS,
      "SELECT 2",
    ];
    const result = await shop.pool.run(
      mixed,
      queries.map((sql) => [shop.file, sql]),
      { timeoutMs: 1500 },
    );
    const count = (result as { value: unknown[] }).value[1];
    expect(count).toBeGreaterThan(10_000);
    expect(result).toEqual({ ok: true, value: [1, ...Array(12).fill(count), "timeout", 2] });
  });

  test("that throws, or fills the memory by itself, is a failure", async () => {
    const throws = await task("throws", "throw new Error('no such luck')");
    expect(await shop.pool.run(throws, null)).toEqual({ ok: false, kind: "error", error: "no such luck" });
    const fills = await task("fills", "const all = []; for (;;) all.push(Buffer.alloc(1e6, 1))");
    expect(await shop.pool.run(fills, null)).toMatchObject({ ok: false, kind: "memory" });
    expect(await shop.pool.query(shop.file, "SELECT 1")).toMatchObject({ rows: [[1]] });
  });

  test("whose every query is stopped is given up", async () => {
    const hopeless = await task(
      "hopeless",
      `for (let i = 0; ; i++) session.query(input, "${ENDLESS} WHERE x <> " + i)`,
    );
    expect(await shop.pool.run(hopeless, shop.file, { timeoutMs: 30 })).toMatchObject({ ok: false, kind: "timeout" });
    expect(await shop.pool.query(shop.file, "SELECT 1")).toMatchObject({ rows: [[1]] });
  });

  test("goes where the last one of its name was", async () => {
    const pid = await task("pid", "return process.pid");
    const names = Array.from({ length: 40 }, (_, i) => `name ${Math.floor(i / 20)}`);
    const runs = await Promise.all(names.map((affinity) => shop.pool.run<null, number>(pid, null, { affinity })));
    const pids = runs.map((run) => (run.ok ? run.value : 0));
    expect(new Set(pids.slice(0, 20)).size + new Set(pids.slice(20)).size).toBeLessThanOrEqual(3);
    expect(new Set(pids).size).toBe(2);
  });
});
