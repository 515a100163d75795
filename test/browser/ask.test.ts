import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { describe, expect, it } from "vitest";
import { ownSql, slowDown, useAskPage, writeSql } from "./ask-page.js";
import { findChromium } from "./chromium.js";

const chromium = findChromium();

describe.skipIf(!chromium)("Ask, in Chromium against a real server", () => {
  const ask = useAskPage(chromium!);

  const question = (page: Page) => page.getByRole("textbox", { name: /^Ask about/ });
  const cells = (page: Page) => page.locator(".result tbody td").allTextContents();
  const answered = (page: Page) => page.getByRole("tab", { name: "Probabilities" }).waitFor();

  async function askAbout(page: Page, text: string): Promise<void> {
    await question(page).fill(text);
    await question(page).press("Enter");
    await answered(page);
  }

  it("chooses the first database and draws its tables", async () => {
    const page = await ask.open();
    await expect.poll(() => question(page).getAttribute("placeholder")).toContain("customer");
    expect(await page.locator(".card").count()).toBe(2);
    expect(await page.locator(".curve").count()).toBe(1);
    expect(await page.locator(".schema-count").textContent()).toBe("2 tables, 7 columns");
    await page.getByRole("button", { name: "List", exact: true }).click();
    expect(await page.locator(".schema-list li", { hasText: "→" }).textContent()).toContain("customer.customer_id");
  });

  it("Enter asks, Shift+Enter does not; the tokens come tinted and then stand in the editor", async () => {
    const page = await ask.open();
    await question(page).fill("first line");
    await question(page).press("Shift+Enter");
    await page.keyboard.insertText("second line");
    expect(await question(page).inputValue()).toBe("first line\nsecond line");
    const asked = page.waitForRequest((request) => request.url().endsWith("/v1/sql"));
    await question(page).press("Enter");
    expect((await asked).postDataJSON()).toEqual({
      ...{ question: "first line\nsecond line", database: "shop", stream: true },
    });
    await answered(page);
    await page.getByRole("textbox", { name: "SQL" }).waitFor();
    expect(await page.locator(".confidence .badge").textContent()).toMatch(/^\d+ % (?:confident|unsure|doubtful)$/);
    await page.getByRole("tab", { name: "Probabilities" }).click();
    const doubts = (await page.evaluate(
      "[...document.querySelectorAll('.tokens span')].map((span) => Number(span.style.getPropertyValue('--doubt')))",
    )) as number[];
    expect(doubts.length).toBeGreaterThan(3);
    expect(doubts.every((doubt) => doubt >= 0 && doubt <= 1)).toBe(true);
    expect(new Set(doubts).size).toBeGreaterThan(1);
    await page.getByRole("tab", { name: "Details" }).click();
    expect(await page.locator(".fact-list").textContent()).toContain("tiny");
    // The random model does not end by itself.
    await page.getByText("Cut off.").waitFor();
  });

  it("Escape stops the answer and asks again on demand", async () => {
    // The random model does not end by itself: it writes until it is stopped.
    const page = await ask.open({ options: { maxTokens: 700 } });
    await page.locator(".card").first().waitFor();
    await slowDown(page);
    await question(page).fill("Go on and on");
    await question(page).press("Enter");
    await page.locator(".tokens span").nth(3).waitFor();
    await question(page).press("Escape");
    await page.getByText("Stopped.", { exact: false }).first().waitFor();
    expect(await page.getByRole("button", { name: "Stop", exact: true }).count()).toBe(0);
    expect(await page.getByRole("tab").count()).toBe(0);
    await page.getByRole("button", { name: "Ask again" }).click();
    await page.getByRole("button", { name: "Stop", exact: true }).waitFor();
  });

  it("runs edited SQL by Ctrl+Enter; sorts, and saves the rows as CSV in the order shown", async () => {
    const page = await ask.open();
    await ownSql(page, "SELECT name, city, customer_id FROM customer");
    await page.keyboard.press("ControlOrMeta+Enter");
    await page.locator(".result tbody").waitFor();
    expect(await cells(page)).toEqual(["Ann", "Oslo", "1", 'Bo, "the Bold"', "Bergen", "2", "Cy", "NULL", "3"]);
    const heading = page.getByRole("columnheader", { name: "city" });
    await heading.getByRole("button").click();
    expect(await heading.getAttribute("aria-sort")).toBe("ascending");
    expect((await cells(page)).filter((_, at) => at % 3 === 1)).toEqual(["NULL", "Bergen", "Oslo"]);
    await heading.getByRole("button").click();
    expect((await cells(page)).filter((_, at) => at % 3 === 1)).toEqual(["Oslo", "Bergen", "NULL"]);
    const saving = page.waitForEvent("download");
    await page.getByRole("button", { name: "CSV" }).click();
    const file = join(ask.folder, "result.csv");
    await (await saving).saveAs(file);
    expect(readFileSync(file, "utf8")).toBe(
      'name,city,customer_id\r\nAnn,Oslo,1\r\n"Bo, ""the Bold""",Bergen,2\r\nCy,,3\r\n',
    );
  });

  it("draws a result of two columns: names as bars, days as a line", async () => {
    const page = await ask.open();
    await ownSql(page, "SELECT city, count(*) AS customers FROM customer GROUP BY city");
    await page.getByRole("button", { name: "Run" }).click();
    await page.getByRole("tab", { name: "Chart" }).click();
    await page.getByRole("img", { name: /^Bars: customers by city, 3 values/ }).waitFor();
    expect(await page.locator(".chart-bar").count()).toBe(3);
    await writeSql(page, "SELECT day, total FROM orders ORDER BY total");
    await page.keyboard.press("ControlOrMeta+Enter");
    await page.getByRole("tab", { name: "Chart" }).click();
    await page.getByRole("img", { name: /^Line: total by day, 4 values/ }).waitFor();
    const across = (await page.evaluate(
      "[...document.querySelectorAll('.chart-dot')].map((dot) => Number(dot.getAttribute('cx')))",
    )) as number[];
    expect(across).toEqual(across.toSorted((a, b) => a - b));
    await writeSql(page, "SELECT * FROM customer");
    await page.keyboard.press("ControlOrMeta+Enter");
    await expect.poll(() => page.locator(".result tbody tr").count()).toBe(3);
    expect(await page.getByRole("tab", { name: "Chart" }).count()).toBe(0);
  });

  it("shows SQLite's error in the place of the rows, and what the SQL uses in the diagram", async () => {
    const page = await ask.open();
    await ownSql(page, "SELECT nam FROM customer");
    await page.getByRole("button", { name: "Run" }).click();
    expect(await page.getByRole("alert").textContent()).toContain("no such column: namDid you mean name?");
    await writeSql(page, "SELECT city FROM customer WHERE name = 'Ann'");
    await expect.poll(() => page.locator(".column.used .column-name").allTextContents()).toEqual(["name", "city"]);
    expect(await page.locator(".card.used").count()).toBe(1);
  });

  it("completes this schema's tables and columns, and formats", async () => {
    const page = await ask.open();
    await ownSql(page, "");
    await page.keyboard.type("SELECT cust");
    await page.getByRole("option", { name: "customer" }).first().waitFor();
    await page.keyboard.press("Escape");
    await writeSql(page, "select city, count(*) from customer where city is not null group by city");
    await page.getByRole("button", { name: "Format" }).click();
    await expect
      .poll(async () => (await page.locator(".cm-line").allTextContents()).map((line) => line.trim()))
      .toEqual(["SELECT city, count(*)", "FROM customer", "WHERE city IS NOT NULL", "GROUP BY city"]);
  });

  it("takes fast typing as it comes", async () => {
    const page = await ask.open();
    await ownSql(page, "");
    const sql = "SELECT name, city, customer_id AS number FROM customer WHERE customer_id > 0 -- typed without a pause";
    await page.keyboard.type(sql);
    expect(await page.locator(".cm-line").allTextContents()).toEqual([sql]);
  });

  it("offers other candidates, and takes one into the editor", async () => {
    const page = await ask.open();
    await page.getByRole("button", { name: "Options" }).click();
    await page.getByRole("combobox", { name: "Answer with" }).selectOption("logprob");
    const asked = page.waitForRequest((request) => request.url().endsWith("/v1/sql"));
    await askAbout(page, "What else could it be?");
    expect((await asked).postDataJSON()).toMatchObject({ select: "logprob" });
    await page.getByRole("tab", { name: /^Alternatives \d/ }).click();
    const first = page.locator(".alternatives li").first();
    const sql = await first.locator("pre").textContent();
    await first.getByRole("button", { name: "Use this" }).click();
    await page.getByRole("textbox", { name: "SQL" }).waitFor();
    expect((await page.locator(".cm-line").allTextContents()).join("\n")).toBe(sql);
    await page.getByRole("button", { name: "Back to the answer" }).click();
    expect((await page.locator(".cm-line").allTextContents()).join("\n")).not.toBe(sql);
  });

  it("keeps a history that is searched, shown, asked again and deleted", async () => {
    const page = await ask.open();
    await askAbout(page, "How many customers?");
    await askAbout(page, "Which orders are late?");
    const entries = () => page.locator(".history-question").allTextContents();
    expect(await entries()).toEqual(["Which orders are late?", "How many customers?"]);
    await page.getByRole("searchbox", { name: "Search the history" }).fill("many");
    expect(await entries()).toEqual(["How many customers?"]);
    await page.locator(".history-entry").click();
    expect(await question(page).inputValue()).toBe("How many customers?");
    expect(await page.getByRole("tab").count()).toBe(0);
    await page.getByRole("button", { name: "Ask again: How many customers?" }).click();
    await answered(page);
    await page.getByRole("searchbox", { name: "Search the history" }).fill("");
    expect(await entries()).toHaveLength(3);
    await page.reload();
    await page.locator(".history-question").first().waitFor();
    expect(await entries()).toHaveLength(3);
    await page.getByRole("button", { name: /^Delete from the history: Which/ }).click();
    expect(await entries()).toHaveLength(2);
    page.once("dialog", (dialog) => void dialog.accept());
    await page.getByRole("button", { name: "Clear" }).click();
    expect(await entries()).toEqual([]);
  });

  it("keeps feedback as rows to train on", async () => {
    const dataFolder = join(ask.folder, "kept");
    const page = await ask.open({ options: { dataFolder } });
    await askAbout(page, "Where do customers live?");
    await page.getByRole("button", { name: "Wrong" }).click();
    await page.getByText("Kept as wrong").waitFor();
    await askAbout(page, "Where do customers live?");
    await page.getByRole("tab", { name: "Details" }).click();
    await page.getByRole("button", { name: "Correct it" }).click();
    await expect.poll(() => page.evaluate("document.activeElement.className")).toBe("editor-host");
    await writeSql(page, "SELECT city FROM customer");
    await page.getByRole("button", { name: "Send correction" }).click();
    await page.getByText("Kept as a row to train on").waitFor();
    expect(await page.locator(".history-about").first().textContent()).toContain("corrected");
    const rows = readFileSync(join(dataFolder, "feedback.jsonl"), "utf8").trimEnd().split("\n");
    expect(rows).toHaveLength(1);
    expect(JSON.parse(rows[0]!)).toMatchObject({
      ...{ question: "Where do customers live?", sql: "SELECT city FROM customer", verdict: "corrected" },
    });
  });
});
