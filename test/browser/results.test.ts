import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { writeEvalFiles } from "../../src/eval/index.js";
import { findChromium } from "./chromium.js";
import { HOSTILE, longEvaluation, shopReport } from "./shop-report.js";
import { eventually, overflow, PHONE, useViewsPage, violations } from "./views-page.js";

const chromium = findChromium();

describe.skipIf(!chromium)("the Results view in Chromium", () => {
  const views = useViewsPage(chromium!);
  let reports: string[];

  beforeAll(async () => {
    const folder = mkdtempSync(join(tmpdir(), "sqltune-results-view-"));
    reports = [folder];
    const { report, folder: shop } = await shopReport();
    const tokens = new Map([
      [
        2,
        [
          { text: "SELECT", probability: 0.99 },
          { text: " name", probability: 0.31 },
        ],
      ],
    ]);
    await writeEvalFiles(report, join(folder, "shop", "eval.json"), { title: "Shop", tokens });
    await writeEvalFiles(longEvaluation(1034), join(folder, "long", "eval.json"));
    rmSync(shop, { recursive: true });
  });
  afterAll(() => rmSync(reports[0]!, { recursive: true }));

  const texts = async (page: Page, selector: string) =>
    (await page.locator(selector).allInnerTexts()).map((text) => text.replace(/\s+/g, " ").trim());
  const openReport = async (name: string, options: Parameters<typeof views.open>[2] = {}) => {
    const page = await views.open("#/results", { reports }, options);
    await page.getByRole("link", { name, exact: true }).click();
    await page.locator(".row-list").waitFor();
    return page;
  };
  const rows = (page: Page, options = {}) => page.getByRole("listbox", { name: "Rows" }).getByRole("option", options);
  const found = (page: Page) => page.locator(".filter-end p").textContent();

  it("lists reports with their scores", async () => {
    const page = await views.open("#/results", { reports });
    await page.locator(".report-card").nth(1).waitFor();
    expect((await texts(page, ".report-card")).sort()).toEqual([
      expect.stringMatching(/^long 1,034 questions .* EX 66\.6 %/),
      expect.stringMatching(/^shop 12 questions .* EX 63\.6 % TS 54\.5 % EM 45\.5 % String 33\.3 %$/),
    ]);
    expect(await violations(page)).toEqual([]);
  });

  it("gives each score with its count and interval, in parts, and with its method", async () => {
    const page = await openReport("shop");
    expect(await texts(page, ".score-card")).toEqual([
      "Execution accuracy EX 63.6 % 7 of 11 · 95 % interval 35.4 to 84.8 · 1 not judged",
      "Test-suite accuracy TS 54.5 % 6 of 11 · 95 % interval 28.0 to 78.7 · 1 not judged",
      "Exact set match EM 45.5 % 5 of 11 · 95 % interval 21.3 to 72.0 · 1 not judged",
      "String match String 33.3 % 4 of 12 · 95 % interval 13.8 to 60.9",
    ]);
    expect(await texts(page, ".breakdown h2")).toEqual([
      ...["By hardness", "By form of the query", "Misses by kind", "By database, the worst first"],
    ]);
    await page.getByText("Confidence", { exact: true }).first().click();
    expect(await page.locator(".reliability-plot circle").count()).toBeGreaterThan(1);
    await page.getByText("Method", { exact: true }).click();
    expect(await page.locator(".method tbody tr").count()).toBe(10);
    expect(await violations(page)).toEqual([]);
  });

  it("filters by what is pressed, chosen and typed, and keeps it in the address", async () => {
    const page = await openReport("shop");
    expect(await found(page)).toBe("12 rows");
    await page.getByLabel("Kind of miss").selectOption("wrong_value");
    expect(await found(page)).toBe("2 of 12 rows");
    await page.locator(".by-hardness").getByRole("button", { name: /^hard/ }).click();
    expect(await found(page)).toBe("1 of 12 rows");
    await page.reload();
    await page.locator(".row-list").waitFor();
    expect(await found(page)).toBe("1 of 12 rows");
    await page.getByRole("button", { name: "Clear" }).click();
    await page.keyboard.press("Escape");
    await page.locator("h1").click();
    await page.keyboard.press("/");
    await page.keyboard.type("average PRICE");
    await eventually(() => found(page)).toBe("1 of 12 rows");
    await page.getByRole("searchbox").fill("nothing like it");
    await page.getByText("No row is left").waitFor();
    await page.getByRole("searchbox").fill("");
    await page.getByRole("button", { name: /^Exact set match/ }).click();
    await page.getByLabel("Verdict").selectOption("right");
    expect(await found(page)).toBe("5 of 12 rows");
  });

  it("shows a row: what differs, why it is wrong, how sure each token was", async () => {
    const page = await openReport("shop");
    await rows(page, { name: /Which items cost more/ }).click();
    const detail = page.locator(".row-detail");
    await detail.getByRole("heading", { name: "Which items cost more than 5?" }).waitFor();
    expect(await texts(page, ".row-detail mark")).toEqual(["> 5", ">= 3"]);
    expect(await detail.locator(".detail-miss").textContent()).toContain("The gold has 5 where the prediction has 3.");
    expect(await detail.locator(".tokens").textContent()).toBe("SELECT name");
    expect(await detail.getByText("Least sure:").locator("..").textContent()).toContain("name 31 %");
    expect(await violations(page)).toEqual([]);
    await page.keyboard.press("j");
    await detail.getByRole("heading", { name: "Everything about the lamp" }).waitFor();
    await page.getByRole("listbox").focus();
    await page.keyboard.press("End");
    await detail.getByText("no answer").waitFor();
    await page.keyboard.press("Home");
    expect(await rows(page, { selected: true }).textContent()).toContain("How many items are there?");
    await page.keyboard.press("Escape");
    await detail.getByText("Choose a row").waitFor();
  });

  it("takes hostile text for text", async () => {
    const page = await openReport("shop");
    await page.getByRole("searchbox").fill("onerror");
    await rows(page).click();
    expect(await page.locator(".detail-question").textContent()).toBe(HOSTILE);
    expect(await page.evaluate("window.hacked")).toBeUndefined();
  });

  it("scrolls through a thousand rows of which it draws a few", async () => {
    const page = await openReport("long");
    expect(await found(page)).toBe("1,034 rows");
    expect(await rows(page).count()).toBeLessThan(60);
    await page.getByRole("listbox").focus();
    await page.keyboard.press("End");
    await page.locator(".row-detail").getByRole("heading", { name: "Question 1033" }).waitFor();
    expect(await rows(page, { selected: true }).getAttribute("aria-posinset")).toBe("1034");
    await page.getByRole("searchbox").fill("question 77");
    await eventually(() => found(page)).toBe("19 of 1,034 rows");
  });

  it("opens the HTML report in a sandbox; with a key it saves it", async () => {
    const page = await openReport("shop");
    const link = page.getByRole("link", { name: "HTML report" });
    const [popup] = await Promise.all([page.context().waitForEvent("page"), link.click()]);
    await popup.locator(".rows").waitFor();
    expect(await popup.evaluate("self.origin")).toBe("null");
    await popup.close();
    const keyed = await views.open("#/results", { reports, apiKeys: ["k"] });
    await keyed.getByRole("dialog").getByLabel("API key").fill("k");
    await keyed.keyboard.press("Enter");
    await keyed.getByRole("link", { name: "shop", exact: true }).click();
    const [saved] = await Promise.all([
      keyed.waitForEvent("download"),
      keyed.getByRole("button", { name: "HTML report" }).click(),
    ]);
    expect(saved.suggestedFilename()).toBe("report.html");
  });

  it.each(["light", "dark"] as const)("stands on a phone, %s", async (colorScheme) => {
    const page = await openReport("shop", { viewport: PHONE, colorScheme });
    await rows(page).nth(2).click();
    await page.locator(".detail-question").waitFor();
    expect(await overflow(page)).toBe(0);
    expect(await violations(page)).toEqual([]);
  });

  it("says what is missing", async () => {
    const none = await views.open("#/results");
    await none.getByText("This server shows no reports").waitFor();
    const gone = await views.open("#/results/0123", { reports });
    await gone.getByText("There is no such report").waitFor();
    expect(await violations(gone)).toEqual([]);
  });
});
