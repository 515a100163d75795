/**
 * Pictures of the web page's Ask view, as documents show them: `npx jiti scripts/ask-pictures.ts URL OUT_FOLDER [NAME…]`.
 * URL is that of a running `sqltune serve` with data/sample's database zoo. NAMEs choose among the
 * pictures; default all. Chromium is found as the tests find it: CHROMIUM_PATH, else PATH.
 */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { findChromium, launch } from "../test/browser/chromium.js";
import { hugeSchema } from "../test/browser/huge-schema.js";

interface Picture {
  name: string;
  width: number;
  height: number;
  dark?: boolean;
  database?: string;
  /** Schema as text instead of a database. */
  text?: string;
  steps?: (page: Page) => Promise<unknown>;
  full?: boolean;
}

const DESK = { width: 1440, height: 900 };
const TABLET = { width: 768, height: 1024 };
const PHONE = { width: 360, height: 740 };

const ask = (question: string) => async (page: Page) => {
  await page.getByRole("textbox", { name: /^Ask about/ }).fill(question);
  await page.keyboard.press("Enter");
  await page.locator(".result, .result-none").first().waitFor({ timeout: 120_000 });
  // The editor's code, and where the pointer rests.
  await page.getByRole("textbox", { name: "SQL" }).waitFor();
  await page.mouse.move(5, 200);
};
const GROUPED = "How many animals does each habitat have? Give the name of the habitat and the number.";
const chart = async (page: Page) => {
  await ask(GROUPED)(page);
  await page.getByRole("tab", { name: "Chart" }).click();
};
const streaming = async (page: Page) => {
  await page.getByRole("textbox", { name: /^Ask about/ }).fill("Which habitats have more than 4 animals?");
  await page.keyboard.press("Enter");
  await page.locator(".tokens span").nth(9).waitFor({ timeout: 60_000 });
};
const tokens = async (page: Page) => {
  await ask("Which habitats have more than 4 animals?")(page);
  await page.getByRole("tab", { name: "Probabilities" }).click();
};
const candidates = async (page: Page) => {
  await page.getByRole("button", { name: "Options" }).click();
  await page.getByRole("combobox", { name: "Answer with" }).selectOption("vote");
  await page.getByRole("combobox", { name: "The model may write" }).selectOption("schema");
  await ask("Which habitats have more than 4 animals?")(page);
  const tab = page.getByRole("tab", { name: /^Alternatives/ });
  if ((await tab.count()) > 0) await tab.click();
};
const details = async (page: Page) => {
  await ask(GROUPED)(page);
  await page.getByRole("tab", { name: "Details" }).click();
  await page.locator(".confidence .badge").click();
};
const failing = async (page: Page) => {
  await page.getByRole("button", { name: "write SQL yourself" }).click();
  await page.getByRole("textbox", { name: "SQL" }).click();
  await page.keyboard.press("ControlOrMeta+a");
  await page.keyboard.insertText("SELECT habitat_nam, size_sqm\nFROM habitat\nWHERE size_sqm > 2000");
  await page.keyboard.press("ControlOrMeta+Enter");
  await page.locator(".sql-error").waitFor();
};

const PICTURES: Picture[] = [
  { name: "light", ...DESK, steps: ask(GROUPED) },
  { name: "dark", ...DESK, dark: true, steps: ask(GROUPED) },
  { name: "chart", ...DESK, steps: chart },
  { name: "chart-dark", ...DESK, dark: true, steps: chart },
  { name: "empty", ...DESK },
  { name: "streaming", ...DESK, steps: streaming },
  { name: "tokens-dark", ...DESK, dark: true, steps: tokens },
  { name: "candidates", ...DESK, steps: candidates },
  { name: "details", ...DESK, steps: details },
  { name: "error", ...DESK, steps: failing },
  { name: "huge", ...DESK, text: hugeSchema(100, 50) },
  { name: "huge-dark", ...DESK, dark: true, text: hugeSchema(100, 50) },
  { name: "paste", ...DESK, steps: (page) => page.getByRole("button", { name: "Paste DDL" }).click() },
  { name: "laptop", width: 1100, height: 760, steps: ask(GROUPED) },
  { name: "tablet", ...TABLET, steps: ask(GROUPED), full: true },
  { name: "tablet-dark", ...TABLET, dark: true, steps: ask(GROUPED) },
  { name: "phone", ...PHONE, steps: ask(GROUPED), full: true },
  { name: "phone-dark", ...PHONE, dark: true, full: true, steps: chart },
  { name: "phone-empty", ...PHONE, full: true },
];

async function main([url, folder, ...names]: string[]): Promise<void> {
  const chromium = findChromium();
  if (!url || !folder || !chromium) throw new Error("usage: ask-pictures.ts URL OUT_FOLDER [NAME…]");
  mkdirSync(folder, { recursive: true });
  const browser = await launch(chromium);
  try {
    for (const picture of PICTURES) {
      if (names.length > 0 && !names.includes(picture.name)) continue;
      await take(browser, url, picture, join(folder, `ask-${picture.name}.png`));
      console.log(picture.name);
    }
  } finally {
    await browser.close();
  }
}

async function take(browser: Browser, url: string, picture: Picture, file: string): Promise<void> {
  const { width, height, dark, database = "zoo", text, steps, full = false } = picture;
  const page = await browser.newPage({
    ...{ viewport: { width, height }, colorScheme: dark ? "dark" : "light" },
    ...{ deviceScaleFactor: 2, reducedMotion: "reduce" },
  });
  const subject = text === undefined ? { database } : { title: "Warehouse of everything", text };
  await page.addInitScript({
    content: `localStorage.setItem("sqltune.subject", ${JSON.stringify(JSON.stringify(subject))})`,
  });
  await page.goto(url);
  await page.locator(".card").first().waitFor();
  await page.getByText("Connected").waitFor({ state: "attached" });
  await steps?.(page);
  await page.evaluate("scrollTo(0, 0)");
  await page.screenshot({ path: file, fullPage: full });
  await page.close();
}

main(process.argv.slice(2)).catch((error: Error) => {
  console.error(error.message);
  process.exitCode = 1;
});
