import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Browser, Locator, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { findChromium, launch } from "./chromium.js";
import { shopReport } from "./shop-report.js";

const chromium = findChromium();

describe.skipIf(!chromium)("evaluation report in Chromium", () => {
  let browser: Browser;
  let page: Page;
  let folder: string;
  let address: string;
  const troubles: string[] = [];

  beforeAll(async () => {
    const made = await shopReport();
    folder = made.folder;
    await writeFile(join(folder, "report.html"), made.html);
    address = pathToFileURL(join(folder, "report.html")).href;
    browser = await launch(chromium!);
  });
  afterAll(async () => {
    await browser?.close();
    if (folder) await rm(folder, { recursive: true });
  });
  beforeEach(async () => {
    page = await browser.newPage({ viewport: { width: 1400, height: 900 }, colorScheme: "light" });
    page.on("pageerror", (error) => troubles.push(String(error)));
    page.on("console", (message) => troubles.push(message.text()));
    await page.goto(address);
  });
  afterEach(async () => {
    await page.close();
    expect(troubles.splice(0)).toEqual([]);
  });

  /** Indices of the rows listed now. */
  const listed = async () => (await page.locator(".rows .index").allTextContents()).map(Number);
  const found = () => page.locator(".found").textContent();
  const focused = () => page.evaluate("document.activeElement?.dataset.index ?? document.activeElement?.id");
  /** Text as it is laid out: what the reader sees. */
  const seen = async (at: Locator): Promise<string> => (await at.allInnerTexts())[0]!;
  const computed = (selector: string, property: string) =>
    page.evaluate(`getComputedStyle(document.querySelector("${selector}")).${property}`);
  const panel = () => page.locator(".detail");
  const open = async (index: number) => {
    await page.locator(`[data-index="${index}"]`).click();
    await panel().waitFor({ state: "visible" });
  };

  it("gives each score with its count and interval", async () => {
    const cards = await page.locator(".card").allInnerTexts();
    expect(cards.map((text) => text.replace(/\s+/g, " "))).toEqual([
      "Execution accuracy EX 63.6% 7 of 11 · 95 % interval 35.4 to 84.8 1 not judged",
      "Test-suite accuracy TS 54.5% 6 of 11 · 95 % interval 28.0 to 78.7 1 not judged",
      "Exact set match EM 45.5% 5 of 11 · 95 % interval 21.3 to 72.0 1 not judged",
      "String match String 33.3% 4 of 12 · 95 % interval 13.8 to 60.9",
    ]);
    expect(await found()).toBe("12 rows");
    expect(await seen(page.locator(".overview > .facts"))).toContain("With invented names\n1 (9.1 %)");
    expect(await page.locator(".components tbody tr").count()).toBe(10);
  });

  it.each([
    ["hardness", "hard", [3, 5]],
    ["hardness", "unknown", [10]],
    ["db", "library", [9, 11]],
    ["kind", "wrong_value", [2, 3]],
    ["kind", "failure:error", [4]],
    ["category", "aggregation", [0, 4]],
  ] as const)("filters by %s %s", async (filter, value, rows) => {
    await page.locator(`select#${filter}`).selectOption(value);
    expect(await listed()).toEqual(rows);
    expect(await found()).toBe(`${rows.length} of 12 rows`);
    expect(page.url()).toContain(`#${new URLSearchParams({ [filter]: value })}`);
    await page.getByRole("button", { name: "Clear filters" }).click();
    expect(await listed()).toHaveLength(12);
    expect(page.url()).not.toContain("#");
  });

  it("filters by verdict of the chosen metric", async () => {
    const verdict = (name: string) => page.getByRole("search").getByRole("button", { name, exact: true }).click();
    await verdict("Wrong");
    expect(await listed()).toEqual([2, 3, 4, 11]);
    await page.locator("select#metric").selectOption("ts");
    expect(await listed()).toEqual([2, 3, 4, 5, 11]);
    await page.locator(".card", { hasText: "Exact set match" }).click();
    expect(await listed()).toEqual([3, 4, 5, 6, 8, 11]);
    await verdict("Not judged");
    expect(await listed()).toEqual([10]);
    await verdict("Right");
    expect(await listed()).toEqual([0, 1, 2, 7, 9]);
    expect(page.url()).toMatch(/#metric=em&verdict=right$/);
  });

  it("filters from the charts, and a second press takes it back", async () => {
    const chart = page.locator(".chart", { hasText: "Misses by kind" });
    const line = chart.getByRole("button", { name: /^Ordering or limit/ });
    await line.click();
    expect(await listed()).toEqual([5]);
    expect(await line.getAttribute("aria-pressed")).toBe("true");
    await line.click();
    expect(await listed()).toHaveLength(12);
  });

  it("searches questions and SQL, every word", async () => {
    await page.keyboard.press("/");
    await page.keyboard.type("PRICE items");
    await expect.poll(listed).toEqual([2]);
    await page.keyboard.press("Enter");
    expect(await focused()).toBe("2");
    await page.keyboard.press("/");
    await page.keyboard.press("Escape");
    expect(await listed()).toHaveLength(12);
    await page.keyboard.press("Escape");
    expect(await focused()).toBe("");
    await page.locator("#q").fill("nothing has this");
    await page.getByText("No row passes these filters.").waitFor();
  });

  it("is driven by the keyboard", async () => {
    for (const key of ["j", "j", "j", "k"]) await page.keyboard.press(key);
    expect(await focused()).toBe("1");
    await page.keyboard.press("Enter");
    expect(await seen(panel().locator("h2"))).toBe("Names of all items");
    expect(await focused()).toBe("detail-question");
    await page.keyboard.press("j");
    expect(await seen(panel().locator("h2"))).toBe("Which items cost more than 5?");
    expect(page.url()).toMatch(/#row=2$/);
    await page.keyboard.press("Escape");
    expect(await panel().isVisible()).toBe(false);
    expect(await focused()).toBe("2");
  });

  it("opens what the address says", async () => {
    await page.goto(`${address}#metric=ts&verdict=wrong&hardness=hard&row=5`);
    await page.reload();
    expect(await listed()).toEqual([3, 5]);
    expect(await seen(panel().locator("h2"))).toBe("Right on this database, wrong on others");
    expect(await page.locator("select#metric").inputValue()).toBe("ts");
    await page.evaluate("location.hash = '#row=999&metric=nonsense&db=library'");
    await expect.poll(listed).toEqual([9, 11]);
    expect(await panel().isVisible()).toBe(false);
  });

  it("shows why a row is wrong", async () => {
    await open(4);
    const why = await seen(panel().locator(".why"));
    expect(why).toContain("Unknown table It is unknown_table.");
    expect(why).toContain("Also: distinct");
    expect(why).toMatch(/Not in the schema:\s+thing\s*cost/);
    expect(why).toContain("Gave no result (error) no such table: thing");
    expect(await seen(panel().locator(".badges").last())).toMatch(/select\s*✓[\s\S]*where\s*✗/);
    expect(await seen(panel().locator(".result").last())).toContain("The query gave no result.");
    await open(1);
    expect(await panel().locator(".why").count()).toBe(0);
    expect(await seen(panel())).toContain("The two queries are the same, token by token.");
  });

  it("marks where the queries part and tints doubtful tokens", async () => {
    await open(2);
    expect(await panel().locator("mark.missing").allInnerTexts()).toEqual(["> 5", "only in the gold"]);
    expect(await panel().locator("mark.added").allInnerTexts()).toEqual([">= 3", "only in the prediction"]);
    expect(await seen(panel().locator(".sql").first())).toBe("SELECT name\nFROM item\nWHERE price > 5");
    expect(await seen(panel().locator(".tokens + p"))).toBe("Least certain: 3 0.46, >= 0.47");
    const tint = (nth: number) => computed(`.tokens span:nth-child(${nth + 1})`, "backgroundColor");
    expect(await tint(4)).not.toBe(await tint(0));
    expect(await seen(panel().locator(".facts"))).toContain("Confidence\n0.250");
  });

  it("shows both results by type, with what the other lacks", async () => {
    await open(3);
    const [gold, predicted] = [panel().locator(".result").first(), panel().locator(".result").last()];
    expect(await gold.locator("td").allInnerTexts()).toEqual([
      "lamp",
      "9.0",
      expect.stringMatching(/^x'00FF10'\s*3 bytes$/),
      "NULL",
    ]);
    expect(await predicted.locator("td").allInnerTexts()).toEqual(["chair", "120.5", "NULL", "empty"]);
    expect(await computed(".result td:nth-child(2)", "textAlign")).toBe("right");
    expect(await panel().locator("tr.alone").count()).toBe(2);
    await open(8);
    expect(await seen(gold.locator("h4"))).toMatch(/first 50 of 243 rows/);
    expect(await gold.locator("tbody tr").count()).toBe(50);
    expect(await panel().locator("tr.alone").count()).toBe(0);
  });
});
