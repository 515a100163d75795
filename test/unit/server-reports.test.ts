import { mkdirSync, mkdtempSync, rmSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import type { EvalReport, PageData } from "../../src/eval/index.js";
import { writeEvalFiles } from "../../src/eval/index.js";
import { createServer } from "../../src/server/create-server.js";
import type { ReportFacts } from "../../src/server/reports-types.js";
import type { ServerOptions } from "../../src/server/settings.js";
import { HOSTILE, shopReport } from "../browser/shop-report.js";

let root: string;
let report: EvalReport;
let shop: string;
const open: Awaited<ReturnType<typeof createServer>>[] = [];
const tokens = new Map([[2, [{ text: "SELECT", probability: 0.91234 }]]]);

beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), "sqltune-reports-"));
  const made = await shopReport();
  report = made.report;
  shop = made.folder;
  await writeEvalFiles(report, join(root, "runs", "shop", "eval", "tuned", "eval.json"), { title: "Shop", tokens });
  await writeEvalFiles(report, join(root, "runs", "shop", "checkpoints", "eval.json"), { title: "Passed over" });
  await writeEvalFiles(report, join(root, "more", "dev.json"), { title: "More" });
  rmSync(join(root, "more", "report.html"));
  writeFileSync(join(root, "runs", "shop", "report.json"), '{"reason": "done"}');
  writeFileSync(
    join(root, "runs", "shop", "old.json"),
    '{"summary": {"questions": 3}, "details": [{"gold_sql": "x"}]}',
  );
  mkdirSync(join(root, "outside"));
  await writeEvalFiles(report, join(root, "outside", "eval.json"));
  symlinkSync(join(root, "outside"), join(root, "runs", "linked"));
  utimesSync(join(root, "more", "dev.json"), new Date(2020, 1), new Date(2020, 1));
});
afterEach(async () => {
  for (const app of open.splice(0)) await app.close();
});
afterAll(() => {
  rmSync(root, { recursive: true });
  rmSync(shop, { recursive: true });
});

async function server(options: Partial<ServerOptions> = {}) {
  const app = await createServer({ models: [], runs: join(root, "runs"), reports: [join(root, "more")], ...options });
  open.push(app);
  return app;
}

async function listed(app: Awaited<ReturnType<typeof server>>): Promise<ReportFacts[]> {
  return ((await app.inject("/v1/reports")).json() as { reports: ReportFacts[] }).reports;
}

describe("evaluation reports", () => {
  it("are found by their content in run folders and in folders of their own", async () => {
    const reports = await listed(await server());
    expect(reports.map(({ name, html, problem }) => [name, html, problem === null])).toEqual([
      [expect.stringMatching(/^shop\/(?:eval\/tuned|old)$/), expect.any(Boolean), expect.any(Boolean)],
      [expect.stringMatching(/^shop\/(?:eval\/tuned|old)$/), expect.any(Boolean), expect.any(Boolean)],
      ["dev", false, true],
    ]);
    const tuned = reports.find(({ name }) => name === "shop/eval/tuned")!;
    expect(tuned).toMatchObject({ questions: 12, ex: 7 / 11, em: 5 / 11, ts: 6 / 11, html: true, problem: null });
    expect(reports.find(({ name }) => name === "shop/old")?.problem).toContain("written by an earlier sqltune");
    expect(JSON.stringify(reports)).not.toContain(root);
    expect(JSON.stringify(reports)).not.toContain("linked");
  });

  it("come with their rows as the HTML report has them, and with the tokens that lie beside them", async () => {
    const app = await server();
    const { id } = (await listed(app)).find(({ name }) => name === "shop/eval/tuned")!;
    const page = (await app.inject(`/v1/reports/${id}`)).json() as PageData & ReportFacts;
    expect(page.metrics.map(({ key }) => key)).toEqual(["ex", "ts", "em", "exact_match"]);
    expect(page.rows).toHaveLength(12);
    expect(page.rows[2]).toMatchObject({
      ...{ db: "shop", hardness: "medium", verdicts: { em: true, ex: false, ts: false, exact_match: false } },
      ...{ predicted: "SELECT name FROM item WHERE price >= 3", tokens: [["SELECT", 0.9123]] },
      miss: { kind: "wrong_value", detail: "The gold has 5 where the prediction has 3." },
    });
    expect(page.rows[7]!.question).toBe(HOSTILE);
    expect(page.rows.filter((row) => row.tokens !== null)).toHaveLength(1);
  });

  it("change with their file, and go with it", async () => {
    const app = await server();
    const path = join(root, "more", "changing", "eval.json");
    await writeEvalFiles(report, path);
    const { id } = (await listed(app)).find(({ name }) => name === "changing")!;
    await app.inject(`/v1/reports/${id}`);
    await writeEvalFiles({ ...report, details: report.details.slice(0, 3) }, path);
    expect(((await app.inject(`/v1/reports/${id}`)).json() as PageData).rows).toHaveLength(3);
    rmSync(path);
    expect((await app.inject(`/v1/reports/${id}`)).statusCode).toBe(404);
  });

  it("give their HTML in a sandbox: it has what models wrote", async () => {
    const app = await server();
    const reports = await listed(app);
    const { id } = reports.find(({ name }) => name === "shop/eval/tuned")!;
    const { headers, body } = await app.inject(`/v1/reports/${id}/html`);
    expect(headers["content-type"]).toBe("text/html; charset=utf-8");
    expect(headers["content-security-policy"]).toMatch(/^sandbox allow-scripts[^;]*; default-src 'none';/);
    expect(headers["content-security-policy"]).not.toContain("allow-same-origin");
    expect(body).toContain("<title>Shop");
    const without = reports.find(({ name }) => name === "dev")!;
    expect((await app.inject(`/v1/reports/${without.id}/html`)).statusCode).toBe(404);
  });

  it("are asked for by the ids of the list alone", async () => {
    const app = await server();
    for (const id of ["..%2f..%2foutside%2feval.json", "eval.json", "0123456789abcdef", "%00", "shop%2feval%2ftuned"]) {
      const reply = await app.inject(`/v1/reports/${id}`);
      expect([id, reply.statusCode]).toEqual([id, 404]);
      expect(reply.body).not.toContain(root);
    }
  });

  it("are none where no folder was given", async () => {
    const app = await server({ runs: undefined, reports: undefined });
    expect((await app.inject("/v1/reports")).json()).toEqual({ reports: [], shown: false });
  });
});
