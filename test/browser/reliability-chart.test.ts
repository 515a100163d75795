import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import axe from "axe-core";
import type { Browser, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { EvalDetail } from "../../src/eval/eval-report.js";
import { htmlReport } from "../../src/eval/html-report/index.js";
import { summarize } from "../../src/eval/summarize.js";
import { findChromium, launch } from "./chromium.js";

const chromium = findChromium();

/** A row that is right by execution, or not, and the other way round by exact set match. */
function row(index: number, ex: boolean, confidence: number, calibrated: number): EvalDetail {
  return {
    ...{
      index,
      id: `dev:${index}`,
      question: `Question ${index}`,
      db_id: "shop",
      gold: "SELECT 1",
      predicted: "SELECT 2",
    },
    ...{ hardness: null, category: "simple", em: !ex, ex, ts: null, parsed: null, partial: null, exact_match: false },
    ...{ error: null, seconds: 0, confidence, calibrated_confidence: calibrated, abstained: calibrated < 0.3 },
  };
}

/** Sure of itself in 20 answers, of which 5 are right; calibrated it says so. */
const details = Array.from({ length: 20 }, (_, i) =>
  row(i, i % 4 === 0, i < 10 ? 0.95 : 0.85, i % 4 === 0 ? 0.55 : 0.15),
);

function report(rows: EvalDetail[]): string {
  const summary = summarize(rows, {
    definition: {
      evaluator: "test-suite",
      rules: { keep_distinct: false, plug_value: false, value_placeholder: false },
      ...{ metrics: {}, schemas: null },
    },
    checksums: { gold: "0", tables: null, databases: null, suites: null },
    databases: { missing: {}, corrupt: {}, without_suite: {} },
    hasSchema: () => false,
    seconds: 1,
  });
  return htmlReport({ summary, details: rows }, { title: "Confidence" });
}

describe.skipIf(!chromium)("reliability diagram in Chromium", () => {
  let browser: Browser;
  let page: Page;
  let folder: string;
  const troubles: string[] = [];
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "sqltune-reliability-"));
    await writeFile(join(folder, "report.html"), report(details));
    await writeFile(
      join(folder, "bare.html"),
      report(details.map(({ confidence: _, calibrated_confidence: __, abstained: ___, ...rest }) => rest)),
    );
    browser = await launch(chromium!);
  });
  afterAll(async () => {
    await browser?.close();
    if (folder) await rm(folder, { recursive: true });
  });
  beforeEach(async () => {
    page = await browser.newPage({ viewport: { width: 1300, height: 900 }, colorScheme: "light" });
    page.on("pageerror", (error) => troubles.push(String(error)));
    page.on("console", (message) => troubles.push(message.text()));
  });
  afterEach(async () => {
    await page.close();
    expect(troubles.splice(0)).toEqual([]);
  });
  const open = (name: string) => page.goto(pathToFileURL(join(folder, name)).href);
  const label = () => page.locator(".reliability svg").getAttribute("aria-label");

  it("says in words and numbers what it draws", async () => {
    await open("report.html");
    // 0.90 in the mean where a quarter is right; calibrated 0.25 in the mean, parted into 0.55 (all right) and 0.15 (none).
    expect(await label()).toContain(
      "Confidence: expected calibration error 65.0 %. Calibrated: expected calibration error 22.5 %.",
    );
    await page.locator(".reliability summary").click();
    const cells = await page.locator(".reliability tbody tr").allInnerTexts();
    expect(cells.map((text) => text.split(/\s+/))).toEqual([
      ["Confidence", "85.0", "20.0", "10"],
      ["Confidence", "95.0", "30.0", "10"],
      ["Calibrated", "15.0", "0.0", "15"],
      ["Calibrated", "55.0", "100.0", "5"],
    ]);
    expect(await page.locator(".reliability circle").count()).toBe(4);
    expect((await page.locator(".overview .facts").allInnerTexts())[0]).toMatch(
      /Answered, not abstained\s+5 \(25.0 %\)/,
    );
  });

  it("goes by the metric that the page speaks of", async () => {
    await open("report.html");
    await page.locator(".card", { hasText: "Exact set match" }).click();
    expect(await label()).toContain("Confidence: expected calibration error 15.0 %");
    await page.locator('[data-index="1"]').click();
    expect((await page.locator(".detail").allInnerTexts())[0]).toMatch(/Calibrated\s+0.150\s+Abstained\s+yes/);
  });

  it("is left out where there are no confidences", async () => {
    await open("bare.html");
    expect(await page.locator(".card").count()).toBeGreaterThan(0);
    expect(await page.locator(".reliability").count()).toBe(0);
  });

  it.each(["light", "dark"] as const)("passes axe's checks in %s", async (colorScheme) => {
    await page.emulateMedia({ colorScheme });
    await open("report.html");
    await page.locator(".reliability summary").click();
    // The page's policy lets in no script by address; what is evaluated is the browser's own doing.
    await page.evaluate(axe.source);
    const violations = await page.evaluate(
      "axe.run('.reliability').then(({ violations }) => violations.map(({ id, nodes }) => id + ': ' + nodes[0].html))",
    );
    expect(violations).toEqual([]);
  });
});
