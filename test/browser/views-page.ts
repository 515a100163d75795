import { mkdtempSync, rmSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { build } from "vite";
import { afterAll, afterEach, beforeAll, expect } from "vitest";
import { createServer } from "../../src/server/create-server.js";
import type { ServerOptions } from "../../src/server/settings.js";
import { launch } from "./chromium.js";
import { DESK, openWatched } from "./watched-page.js";

export { DESK, PHONE, violations } from "./watched-page.js";

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
    return openWatched(context, url, hash, closing);
  };
  return fixture;
}

/** What a page will show soon: a busy machine takes its time. */
export function eventually<T>(read: () => T | Promise<T>): ReturnType<typeof expect.poll<T | Promise<T>>> {
  return expect.poll(read, { timeout: 20_000 });
}

/** Whether something is wider than the window. */
export function overflow(page: Page): Promise<number> {
  return page.evaluate(
    "document.documentElement.scrollWidth - document.documentElement.clientWidth",
  ) as Promise<number>;
}
