/**
 * Pictures of the web page's Runs and Results views: `npx jiti scripts/views-pictures.ts URL OUT_FOLDER [NAME…]`. URL is that
 * of a running `sqltune serve --runs DIR`. What is in DIR is what is shown: the first run (with RUN in the environment, that one),
 * the first two compared, the first report. NAMEs choose among the pictures; default all. Chromium is found as the tests find it.
 */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { findChromium, launch } from "../test/browser/chromium.js";

interface Lists {
  runs: string[];
  reports: string[];
}

interface Picture {
  name: string;
  hash: (lists: Lists) => string;
  steps?: (page: Page) => Promise<unknown>;
}

const id = (name: string | undefined) => encodeURIComponent(name ?? "");
const curves = (page: Page) => page.locator(".curve-card canvas").nth(1).waitFor();
const openRow = async (page: Page) => {
  await page.locator(".row-line").nth(3).click();
  await page.evaluate("scrollBy(0, document.querySelector('.filter-bar').getBoundingClientRect().top - 70)");
};
const startDialog = async (page: Page) => {
  await page.getByRole("button", { name: "Start a run" }).click();
  await page.locator(".start-yaml").waitFor();
  await page.waitForTimeout(300);
};

const PICTURES: Picture[] = [
  { name: "runs-list", hash: () => "#/runs" },
  { name: "runs-curves", hash: ({ runs }) => `#/runs/${id(runs[0])}`, steps: curves },
  { name: "runs-predictions", hash: ({ runs }) => `#/runs/${id(runs[0])}?tab=predictions` },
  { name: "runs-config", hash: ({ runs }) => `#/runs/${id(runs[0])}?tab=config` },
  { name: "runs-events", hash: ({ runs }) => `#/runs/${id(runs[0])}?tab=events` },
  { name: "runs-compare", hash: ({ runs }) => `#/runs?compare=${id(runs[0])}&compare=${id(runs[1])}`, steps: curves },
  { name: "runs-start", hash: () => "#/runs", steps: startDialog },
  { name: "results-list", hash: () => "#/results" },
  { name: "results-report", hash: ({ reports }) => `#/results/${reports[0]}` },
  { name: "results-row", hash: ({ reports }) => `#/results/${reports[0]}?verdict=wrong`, steps: openRow },
];
const SIZES = { "": { width: 1440, height: 900 }, "-phone": { width: 360, height: 740 } };

async function main([url, folder, ...names]: string[]): Promise<void> {
  const chromium = findChromium();
  if (!url || !folder || !chromium) throw new Error("usage: views-pictures.ts URL OUT_FOLDER [NAME…]");
  mkdirSync(folder, { recursive: true });
  const get = async (path: string) => (await (await fetch(`${url}${path}`)).json()) as Record<string, { id: string }[]>;
  const lists: Lists = {
    runs: [...(process.env.RUN ? [process.env.RUN] : []), ...(await get("/v1/runs")).runs!.map((run) => run.id)],
    reports: (await get("/v1/reports"))
      .reports!.filter((report) => !("problem" in report && report.problem))
      .map((r) => r.id),
  };
  const browser = await launch(chromium);
  for (const { name, hash, steps } of PICTURES) {
    for (const [size, viewport] of Object.entries(SIZES)) {
      for (const colorScheme of ["light", "dark"] as const) {
        const file = `${name}${size}-${colorScheme}`;
        if (names.length > 0 && !names.some((wanted) => file.startsWith(wanted))) continue;
        const context = await browser.newContext({ viewport, colorScheme, reducedMotion: "reduce" });
        const page = await context.newPage();
        await page.goto(`${url}/${hash(lists)}`);
        await page.locator("h1").waitFor();
        await page.waitForTimeout(700);
        await steps?.(page);
        await page.waitForTimeout(300);
        await page.screenshot({ path: join(folder, `${file}.png`), fullPage: size !== "" });
        console.log(file);
        await context.close();
      }
    }
  }
  await browser.close();
}

await main(process.argv.slice(2));
