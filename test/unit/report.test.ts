import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { resolveConfig } from "../../src/config/index.js";
import { findChromium, runReport } from "../../src/report/index.js";
import { lineChart } from "../../src/report/line-chart.js";
import { html, Markup } from "../../src/report/markup.js";
import { cli } from "./cli-io.js";
import { evalEvent, livingStatus, trainEvent, writeRun } from "./run-fixture.js";

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "sqltune-report-"));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const setting = {
  dataChecksums: { "rows.json": "ab".repeat(32) },
  baseName: "smollm2-135m",
  baseHash: "cd".repeat(32),
  loraModules: ["model.layers.0.self_attn.q_proj 16", "model.layers.1.self_attn.q_proj 16", "lm_head 16"],
  exactness: { threads: 2, "rows per micro-batch": 4, "tokens per micro-batch": null },
};

async function finishedRun(): Promise<string> {
  const config = resolveConfig({ lora: { r: 8 }, training: { learning_rate: 1e-3 } });
  const report = {
    reason: "done",
    rows: { train: 1200, validation: 30, test: 70 },
    dropped: [{ id: "rows.json:3", reason: "<script>alert(1)</script> does not run" }],
    best_eval: evalEvent(20, 0.5),
    parameters: 1_000_000,
    trainable_parameters: 10_000,
    tokens_per_s: 500,
    seconds: 125,
    peak_memory: { process: 2 ** 30, device: 0 },
    proof: { passed: true, rows: [{}, {}] },
  };
  const folder = writeRun(join(root, "mine"), {
    status: await livingStatus({ state: "done", step: 20, steps: 20 }),
    events: [trainEvent(10), evalEvent(10, 0.75), trainEvent(20), evalEvent(20, 0.5)],
    run: { config, versions: { sqltune: "1.2.3" }, setting },
    report,
  });
  for (const [name, ex] of [
    ["base", 0.1],
    ["tuned", 0.6],
  ] as const) {
    mkdirSync(join(folder, "eval", name), { recursive: true });
    const details = [true, false].map((right) => ({
      question: right ? "How many & where?" : "Which one?",
      db_id: "shop",
      predicted: right ? "SELECT count(*) FROM a" : "SELECT x FROM a",
      gold: "SELECT count(*) FROM a",
      ex: right,
      confidence: 0.9,
      ...(right ? {} : { failure: { kind: "error", error: "no such column: x" } }),
    }));
    const by_hardness = { easy: { questions: 50, ex: ex + 0.1 }, extra: { questions: 20, ex: ex - 0.1 } };
    writeFileSync(
      join(folder, "eval", name, "eval.json"),
      JSON.stringify({ summary: { questions: 70, ex, by_hardness }, details }),
    );
  }
  return folder;
}

const text = (page: string) =>
  page
    .replace(/<style>.*<\/style>/s, "")
    .replace(/<[^>]+>/g, " ")
    .replace(/\s+/g, " ");

describe("the report of a run", () => {
  it("says what was trained, what came of it, right and wrong answers, and where everything is", async () => {
    const page = text(await runReport(await finishedRun()));
    expect(page).toContain("1,200 questions");
    expect(page).toMatch(/base 70 10\.0 % tuned 70 60\.0 % gain \+50\.0 points/);
    expect(page).toMatch(/By hardness: execution.*easy 50 20\.0 % 70\.0 %.*extra 20 0\.0 % 50\.0 %/);
    expect(page).toMatch(/Right.*How many &amp; where\?.*Wrong.*Which one\?.*no such column: x/);
    expect(page).toMatch(/self_attn\.q_proj.*2 of 2.*lm_head.*once/);
    expect(page).toMatch(/training\.learning_rate 0\.001 0\.0002 Peak learning rate\./);
    expect(page).toContain("eval/tuned/eval.json");
  });

  it("needs no network, runs no script and lets no text become markup", async () => {
    const page = await runReport(await finishedRun());
    expect(page).not.toContain("<script");
    expect(page).toContain("&lt;script&gt;alert(1)&lt;/script&gt;");
    expect(page).not.toMatch(/(?:src|href)=|url\(|@import/);
  });

  it("of a run that has just begun has what there is, and one that never began is refused", async () => {
    const status = await livingStatus({ state: "failed", error: "no such file: rows.json", step: 0, steps: null });
    const begun = writeRun(join(root, "begun"), { status, run: { config: resolveConfig({}), setting } });
    expect(text(await runReport(begun))).toMatch(/failed at step 0.*No evaluation.*ended before its first log line/);
    const never = writeRun(join(root, "never"), { status });
    await expect(runReport(never)).rejects.toThrow(/nothing to report. no such file: rows.json/);
  });

  it("takes evaluations from elsewhere, and says which file is none", async () => {
    const folder = await finishedRun();
    const summary = { questions: 5, ex: 1, by_hardness: {} };
    mkdirSync(join(root, "other"));
    writeFileSync(join(root, "other/eval.json"), JSON.stringify({ summary, details: [] }));
    const path = join(root, "other/eval.json");
    expect(text(await runReport(folder, { evals: [join(root, "other")] }))).toContain(`${path} 5 100.0 %`);
    writeFileSync(path, "{}");
    await expect(runReport(folder, { evals: [path] })).rejects.toThrow(/is no report of sqltune eval/);
  });

  it("is written by the command beside the run, and as JSON says where", async () => {
    const folder = await finishedRun();
    const { code, out } = await cli(["report", "--run", "mine", "--runs", root, "--json"]);
    expect(code).toBe(0);
    expect(JSON.parse(out)).toEqual({ run: folder, html: join(folder, "run-report.html"), pdf: null });
    expect(readFileSync(join(folder, "run-report.html"), "utf8")).toContain("Training report: mine");
    expect((await cli(["report", "--run", folder, "--output", join(root, "a.pdf")])).code).toBe(2);
  });
});

it("markup escapes what is put in and nothing that is markup", () => {
  expect(html`<p title="${`"'`}">${["<b>", new Markup("<i>")]}${null}${0}</p>`.text).toBe(
    '<p title="&quot;&#39;">&lt;b&gt;<i>0</p>',
  );
});

describe("a line chart", () => {
  const chart = (points: [number, number][]) => lineChart([{ name: "", points }], { title: "A" })?.text ?? "";
  it("keeps every point inside its frame, whatever the numbers", () => {
    for (const ys of [
      [0, 1],
      [-5, 5],
      [1e-7, 3e-7],
      [0.35, 0.4],
      [1e6, 1e6],
      [0, 0],
    ]) {
      const drawn = chart(ys.map((y, x) => [x, y]));
      const [, path = ""] = /<path class="series s0" d="([^"]+)"/.exec(drawn) ?? [];
      const numbers = [...path.matchAll(/[ML]([\d.-]+) ([\d.-]+)/g)].map(([, x, y]) => [Number(x), Number(y)]);
      expect(numbers).toHaveLength(2);
      for (const [x, y] of numbers as [number, number][]) {
        expect(x).toBeGreaterThanOrEqual(52);
        expect(x).toBeLessThanOrEqual(628);
        expect(y).toBeGreaterThanOrEqual(9);
        expect(y).toBeLessThanOrEqual(191);
      }
    }
  });
  it("of one point is a dot, of none is nothing", () => {
    expect(chart([[5, 1]])).toContain("<circle");
    expect(lineChart([{ name: "a", points: [] }], { title: "A" })).toBe(null);
  });
});

describe("a Chromium to print with", () => {
  const program = (path: string): string => {
    mkdirSync(join(root, path, ".."), { recursive: true });
    writeFileSync(join(root, path), "");
    chmodSync(join(root, path), 0o755);
    return join(root, path);
  };

  it("is CHROME_PATH, else one on PATH, else the newest of Playwright's", () => {
    const old = program("pw/chromium-900/chrome-linux/chrome");
    const newest = program("pw/chromium-1100/chrome-linux/chrome");
    const env = { PATH: join(root, "bin"), PLAYWRIGHT_BROWSERS_PATH: join(root, "pw"), HOME: root };
    expect(findChromium(env)).toBe(newest);
    const named = program("bin/google-chrome");
    expect(findChromium(env)).toBe(named);
    expect(findChromium({ ...env, CHROME_PATH: old })).toBe(old);
  });

  it("that is not there is an error with numbered ways out", () => {
    const env = { PATH: root, HOME: root };
    expect(() => findChromium(env)).toThrow(
      /there is no Chromium: none is on PATH.*\n {2}1\. install.*\n {2}2\. .*\n {2}3\. set CHROME_PATH.*\n {2}4\. /,
    );
    expect(() => findChromium({ ...env, CHROME_PATH: "/nowhere" })).toThrow(/CHROME_PATH is \/nowhere/);
  });
});
