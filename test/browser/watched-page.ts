import axe from "axe-core";
import type { BrowserContext, Page } from "playwright-core";
import { expect } from "vitest";

export const PHONE = { width: 360, height: 740 };
export const DESK = { width: 1440, height: 900 };

/** A page of its own. When it is closed, nothing may have been logged, and nothing but the server asked. */
export async function openWatched(
  context: BrowserContext,
  url: string,
  hash: string,
  closing: (() => Promise<unknown>)[],
): Promise<Page> {
  const page = await context.newPage();
  const troubles: string[] = [];
  page.on("request", (request) => {
    if (!request.url().startsWith(url) && !/^(?:data|blob):/.test(request.url())) troubles.push(request.url());
  });
  page.on("pageerror", (error) => troubles.push(String(error)));
  page.on("console", (message) => {
    // That a request was refused the browser tells by itself.
    if (!message.text().startsWith("Failed to load resource")) troubles.push(message.text());
  });
  closing.push(async () => {
    await context.close();
    expect(troubles).toEqual([]);
  });
  await page.goto(`${url}/${hash}`);
  return page;
}

/** What axe has against a page as it stands. */
export async function violations(page: Page): Promise<unknown[]> {
  await page.evaluate(axe.source);
  const { violations: found } = (await page.evaluate("axe.run()")) as axe.AxeResults;
  return found.map(({ id, nodes }) => ({ id, nodes: nodes.map(({ html, target }) => [target, html.slice(0, 200)]) }));
}
