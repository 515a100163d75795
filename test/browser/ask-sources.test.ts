import { readFileSync } from "node:fs";
import type { Page } from "playwright-core";
import { describe, expect, it } from "vitest";
import { ownSql, useAskPage } from "./ask-page.js";
import { findChromium } from "./chromium.js";
import { hugeSchema } from "./huge-schema.js";

const chromium = findChromium();

describe.skipIf(!chromium)("Ask: what is asked about, and servers that are away, closed, busy or empty", () => {
  const ask = useAskPage(chromium!);

  const question = (page: Page) => page.getByRole("textbox", { name: /^Ask about/ });
  const subject = (page: Page) => page.locator(".question-label strong").textContent();

  async function askAbout(page: Page, text: string): Promise<void> {
    await question(page).fill(text);
    await question(page).press("Enter");
  }

  it("a sample schema brings its question, and is asked about as text", async () => {
    const page = await ask.open();
    await page.getByRole("button", { name: "Students & Courses" }).click();
    expect(await subject(page)).toBe("Students & Courses");
    expect(await question(page).inputValue()).toBe("How many students are enrolled in each course?");
    await expect.poll(() => page.locator(".card-name").allTextContents()).toContain("enrollments");
    const asked = page.waitForRequest((request) => request.url().endsWith("/v1/sql"));
    await page.getByRole("button", { name: "Ask", exact: true }).click();
    expect((await asked).postDataJSON().schema).toMatch(/^TABLE: students/);
    await page.getByText("A schema alone has no rows").waitFor();
    expect(await page.getByRole("button", { name: "Run" }).count()).toBe(0);
    await page.reload();
    await expect.poll(() => subject(page)).toBe("Students & Courses");
  });

  it("takes pasted DDL, and says what is wrong with it", async () => {
    const page = await ask.open();
    await page.getByRole("button", { name: "Paste DDL" }).click();
    const dialog = page.getByRole("dialog");
    const field = dialog.getByRole("textbox");
    await expect.poll(() => page.evaluate("document.activeElement.tagName")).toBe("TEXTAREA");
    await field.fill("CREATE TABLE pet (name TEXT");
    await dialog.getByRole("button", { name: "Use this schema" }).click();
    expect((await dialog.getByRole("alert").textContent())!.length).toBeGreaterThan(10);
    await field.fill("CREATE TABLE pet (name TEXT); CREATE TABLE owner (id INTEGER PRIMARY KEY);");
    await dialog.getByRole("button", { name: "Use this schema" }).click();
    await expect.poll(() => subject(page)).toBe("pet, owner");
    expect(await page.getByRole("dialog").count()).toBe(0);
    expect(await page.locator(".card").count()).toBe(2);
  });

  it("uploads a database, asks about it, and deletes it", async () => {
    const page = await ask.open();
    const file = { name: "My Shop (2).sqlite", mimeType: "application/vnd.sqlite3", buffer: readFileSync(ask.shop) };
    await page.locator("input[type=file]").setInputFiles(file);
    await expect.poll(() => subject(page)).toBe("My_Shop_2_");
    await ownSql(page, "SELECT count(*) FROM customer");
    await page.keyboard.press("ControlOrMeta+Enter");
    await expect.poll(() => page.locator(".result td").allTextContents()).toEqual(["3"]);
    page.once("dialog", (dialog) => void dialog.accept());
    await page.getByRole("button", { name: "Delete My_Shop_2_" }).click();
    await expect.poll(() => subject(page)).toBe("shop");
  });

  it("says why an upload was refused", async () => {
    const page = await ask.open();
    const file = {
      name: "notes.sqlite",
      mimeType: "application/vnd.sqlite3",
      buffer: Buffer.from("just some notes, no database"),
    };
    await page.locator("input[type=file]").setInputFiles(file);
    const alert = page.getByRole("alert");
    expect(await alert.textContent()).toContain("The file was not uploaded");
    expect(await alert.textContent()).toContain("no SQLite database");
  });

  it("tells that the server is away and comes back by itself when it is there again", async () => {
    const first = await ask.serve();
    const page = await ask.open({ url: first.url });
    await page.getByText("Connected").waitFor();
    await page.locator(".card").first().waitFor();
    await first.close();
    await askAbout(page, "Anyone there?");
    await page.getByText("Server away").waitFor();
    expect(await page.getByRole("alert").textContent()).toContain("The server does not answer");
    await ask.serve({}, Number(new URL(first.url).port));
    await page.getByText("Connected").waitFor();
    await page.getByRole("button", { name: "Try again" }).click();
    await page.getByRole("tab", { name: "Probabilities" }).waitFor();
  });

  it("asks for the API key, says when it is not known, and then has everything", async () => {
    const page = await ask.open({ options: { apiKeys: ["open-sesame"] } });
    const dialog = page.getByRole("dialog", { name: "API key" });
    await dialog.getByLabel("API key").last().fill("wrong");
    await dialog.getByRole("button", { name: "Use this key" }).click();
    await dialog.getByText("does not know this key").waitFor();
    await dialog.getByLabel("API key").last().fill("open-sesame");
    await page.keyboard.press("Enter");
    await page.getByRole("button", { name: "shop 2 tables" }).waitFor();
    expect(await page.getByRole("dialog").count()).toBe(0);
    await askAbout(page, "With the key?");
    await page.getByRole("tab", { name: "Probabilities" }).waitFor();
  });

  it("counts down what a 429 asks to wait", async () => {
    const page = await ask.open();
    await page.locator(".card").first().waitFor();
    await page.route("**/v1/sql", (route) => {
      const error = { message: "The queue is full.", type: "rate_limit_error", param: null, code: "queue_full" };
      return route.fulfill({ status: 429, headers: { "retry-after": "2" }, json: { error } });
    });
    await askAbout(page, "Too many of us?");
    await page.getByText("The queue is full.").waitFor();
    const again = page.getByRole("button", { name: /^Try again/ });
    expect(await again.isDisabled()).toBe(true);
    expect(await again.textContent()).toMatch(/^Try again in [12] s$/);
    await page.unroute("**/v1/sql");
    await expect.poll(() => again.isEnabled(), { timeout: 5_000 }).toBe(true);
    await again.click();
    await page.getByRole("tab", { name: "Probabilities" }).waitFor();
  });

  it("works without any database, and says that there is no model", async () => {
    const page = await ask.open({ options: { databases: {}, models: [] } });
    await page.getByText("The server has no database yet").waitFor();
    await expect.poll(() => subject(page)).toBe("Employees");
    await page.getByText("The server has no model").waitFor();
    await question(page).fill("Who earns most?");
    expect(await page.getByRole("button", { name: "Ask", exact: true }).isDisabled()).toBe(true);
  });

  it("a schema of 100 tables with 50 columns can be searched, moved and zoomed", async () => {
    const page = await ask.open({ stored: { subject: { title: "huge", text: hugeSchema(100, 50) } } });
    await expect.poll(() => page.locator(".card").count()).toBe(100);
    expect(await page.locator(".curve").count()).toBe(99);
    const lying = () => page.locator(".diagram svg > g").getAttribute("transform");
    const before = await lying();
    await page.getByRole("group", { name: /^Diagram/ }).focus();
    await page.keyboard.press("ArrowRight");
    await page.keyboard.press("+");
    expect(await lying()).not.toBe(before);
    await page.keyboard.press("0");
    expect(await lying()).toBe(before);
    await page.getByRole("searchbox", { name: "Find a table or column" }).fill("entity_77");
    expect(await page.locator(".schema-search [role=status]").textContent()).toBe("1 of 100");
    const card = page.locator('[data-table="entity_77"]');
    const window = (await page.locator(".diagram").boundingBox())!;
    const box = (await card.boundingBox())!;
    expect(box.x).toBeGreaterThan(window.x);
    expect(box.x + box.width).toBeLessThan(window.x + window.width);
    await card.getByText("45 more").click();
    expect(await card.locator(".column").count()).toBe(50);
  });
});
