/**
 * Pictures of an HTML evaluation report, as documents show them:
 * `npx jiti scripts/report-pictures.ts REPORT.html OUT_FOLDER [ROW]`. ROW is the row that is opened, default the first miss.
 * Chromium is found as the tests find it: CHROMIUM_PATH, else PATH.
 */
import { mkdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import type { Browser } from "playwright-core";
import { findChromium, launch } from "../test/browser/chromium.js";

interface Picture {
  name: string;
  width: number;
  height: number;
  dark?: boolean;
  hash?: string;
}

async function main([report, folder, row]: string[]): Promise<void> {
  const chromium = findChromium();
  if (!report || !folder || !chromium) throw new Error("usage: report-pictures.ts REPORT.html OUT_FOLDER [ROW]");
  mkdirSync(folder, { recursive: true });
  const address = pathToFileURL(resolve(report)).href;
  const browser = await launch(chromium);
  try {
    const open = `#verdict=wrong&row=${row ?? (await firstMiss(browser, address))}`;
    const pictures: Picture[] = [
      { name: "light", width: 1440, height: 1000 },
      { name: "dark", width: 1440, height: 1000, dark: true },
      { name: "detail-light", width: 1440, height: 1000, hash: open },
      { name: "detail-dark", width: 1440, height: 1000, hash: open, dark: true },
      { name: "tablet", width: 820, height: 1180 },
      { name: "phone", width: 360, height: 740 },
      { name: "phone-detail", width: 360, height: 740, hash: open },
    ];
    for (const picture of pictures) await take(browser, address, picture, join(folder, `report-${picture.name}.png`));
  } finally {
    await browser.close();
  }
}

async function firstMiss(browser: Browser, address: string): Promise<string> {
  const page = await browser.newPage();
  await page.goto(`${address}#verdict=wrong`);
  const row = await page.locator(".row").first().getAttribute("data-index");
  await page.close();
  return row ?? "0";
}

async function take(browser: Browser, address: string, picture: Picture, file: string): Promise<void> {
  const { width, height, dark, hash = "" } = picture;
  const page = await browser.newPage({
    viewport: { width, height },
    colorScheme: dark ? "dark" : "light",
    deviceScaleFactor: 2,
  });
  await page.goto(address + hash);
  await page.screenshot({ path: file });
  await page.close();
}

main(process.argv.slice(2)).catch((error: Error) => {
  console.error(error.message);
  process.exitCode = 1;
});
