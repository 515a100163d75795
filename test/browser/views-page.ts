import { mkdtempSync, rmSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import axe from "axe-core";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { build } from "vite";
import { afterAll, afterEach, beforeAll, expect } from "vitest";
import { createServer } from "../../src/server/create-server.js";
import type { ServerOptions } from "../../src/server/settings.js";
import { launch } from "./chromium.js";

export const PHONE = { width: 360, height: 740 };
export const DESK = { width: 1440, height: 900 };

export interface ViewsPage {
  folder: string;
  serve: (options?: Partial<ServerOptions>, port?: number) => Promise<{ url: string; close: () => Promise<void> }>;
  /** A page of its own. Nothing may be logged, and nothing but the server be asked. */
  open: (hash: string, options?: Partial<ServerOptions>, context?: BrowserContextOptions) => Promise<Page>;
  openAt: (url: string, hash: string, context?: BrowserContextOptions) => Promise<Page>;
}

/** The built page over a server without a model, and a browser that looks at it. */
export function useViewsPage(chromium: string): ViewsPage {
  const fixture = {} as ViewsPage;
  const closing: (() => Promise<unknown>)[] = [];
  let browser: Browser;
  beforeAll(async () => {
    fixture.folder = mkdtempSync(join(tmpdir(), "sqltune-views-"));
    const outDir = join(fixture.folder, "web");
    await build({ configFile: resolve("web/vite.config.ts"), logLevel: "error", build: { outDir, emptyOutDir: true } });
    browser = await launch(chromium);
  });
  afterEach(async () => {
    for (const close of closing.splice(0).reverse()) await close();
  });
  afterAll(async () => {
    await browser?.close();
    if (fixture.folder) rmSync(fixture.folder, { recursive: true });
  });
  fixture.serve = async (options = {}, port = 0) => {
    const server = await createServer({ models: [], rateLimit: 0, web: join(fixture.folder, "web"), ...options });
    await server.listen({ host: "127.0.0.1", port });
    let open = true;
    const close = async () => {
      if (open) await server.close();
      open = false;
    };
    closing.push(close);
    return { url: `http://127.0.0.1:${(server.server.address() as AddressInfo).port}`, close };
  };
  fixture.open = async (hash, options, context) => fixture.openAt((await fixture.serve(options)).url, hash, context);
  fixture.openAt = async (url, hash, given = {}) => {
    const context = await browser.newContext({ viewport: DESK, reducedMotion: "reduce", ...given });
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
  };
  return fixture;
}

/** What a page will show soon: a busy machine takes its time. */
export function eventually<T>(read: () => T | Promise<T>): ReturnType<typeof expect.poll<T | Promise<T>>> {
  return expect.poll(read, { timeout: 20_000 });
}

/** What axe has against a page as it stands. */
export async function violations(page: Page): Promise<unknown[]> {
  await page.evaluate(axe.source);
  const { violations: found } = (await page.evaluate("axe.run()")) as axe.AxeResults;
  return found.map(({ id, nodes }) => ({ id, nodes: nodes.map(({ html, target }) => [target, html.slice(0, 200)]) }));
}

/** Whether something is wider than the window. */
export function overflow(page: Page): Promise<number> {
  return page.evaluate(
    "document.documentElement.scrollWidth - document.documentElement.clientWidth",
  ) as Promise<number>;
}
