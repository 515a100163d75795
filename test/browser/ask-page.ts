import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import Database from "better-sqlite3";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { build } from "vite";
import { afterAll, afterEach, beforeAll } from "vitest";
import { createEngine, type Engine } from "../../src/infer/index.js";
import { loadModel, type Model } from "../../src/model/index.js";
import { createServer } from "../../src/server/create-server.js";
import type { ServerOptions } from "../../src/server/settings.js";
import { writeTrainableModel } from "../native/train-fixture.js";
import { launch } from "./chromium.js";
import { DESK, openWatched } from "./watched-page.js";

export { DESK, PHONE, violations } from "./watched-page.js";

const SHOP = `
CREATE TABLE customer (customer_id INTEGER PRIMARY KEY, name TEXT, city TEXT);
CREATE TABLE orders (order_id INTEGER PRIMARY KEY, customer_id INTEGER REFERENCES customer(customer_id), day DATE, total REAL);
INSERT INTO customer VALUES (1, 'Ann', 'Oslo'), (2, 'Bo, "the Bold"', 'Bergen'), (3, 'Cy', NULL);
INSERT INTO orders VALUES (1, 1, '2026-01-02', 12.5), (2, 1, '2026-01-03', 30), (3, 2, '2026-01-05', 7), (4, 3, '2026-01-09', 99);
`;

export interface Visit extends BrowserContextOptions {
  options?: Partial<ServerOptions>;
  hash?: string;
  /** A server that runs already, instead of one of its own. */
  url?: string;
  /** Kept in the browser before the page is opened, by key without "sqltune.". */
  stored?: Record<string, unknown>;
}

export interface AskPage {
  folder: string;
  shop: string;
  engine: Engine;
  serve: (options?: Partial<ServerOptions>, port?: number) => Promise<{ url: string; close: () => Promise<void> }>;
  /** A page of its own with a server of its own. Nothing may be logged, and nothing but the server be asked. */
  open: (visit?: Visit) => Promise<Page>;
}

/** The built page over a server with a random model and a shop's database, and a browser that looks at it. */
export function useAskPage(chromium: string): AskPage {
  const fixture = {} as AskPage;
  const closing: (() => Promise<unknown>)[] = [];
  let browser: Browser;
  let model: Model;
  let web: string;
  beforeAll(async () => {
    fixture.folder = mkdtempSync(join(tmpdir(), "sqltune-ask-"));
    process.env.SQLTUNE_CACHE = join(fixture.folder, "cache");
    web = join(fixture.folder, "web");
    const configFile = resolve("web/vite.config.ts");
    await build({ configFile, logLevel: "error", build: { outDir: web, emptyOutDir: true } });
    fixture.shop = join(fixture.folder, "shop.sqlite");
    const database = new Database(fixture.shop);
    database.exec(SHOP);
    database.close();
    writeTrainableModel(join(fixture.folder, "tiny"));
    model = await loadModel(join(fixture.folder, "tiny"), {
      ...{ device: "cpu", dtype: "float32", computeDtype: "float32", threads: 1 },
    });
    fixture.engine = await createEngine({ model, maxNewTokens: 48 });
    browser = await launch(chromium);
  });
  afterEach(async () => {
    for (const close of closing.splice(0).reverse()) await close();
  });
  afterAll(async () => {
    await browser?.close();
    model?.dispose();
    if (fixture.folder) rmSync(fixture.folder, { recursive: true });
  });
  fixture.serve = async (options = {}, port = 0) => {
    const dataFolder = join(fixture.folder, `data-${closing.length}-${Math.random().toString(36).slice(2)}`);
    mkdirSync(dataFolder);
    const server = await createServer({
      ...{ models: [{ name: "tiny", engine: fixture.engine }], databases: { shop: fixture.shop } },
      ...{ maxTokens: 48, rateLimit: 0, web, dataFolder, ...options },
    });
    await server.listen({ host: "127.0.0.1", port });
    const url = `http://127.0.0.1:${(server.server.address() as AddressInfo).port}`;
    let closed = false;
    const close = async () => {
      if (!closed) await server.close();
      closed = true;
    };
    closing.push(close);
    return { url, close };
  };
  fixture.open = async ({ options, hash = "#/ask", url: known, stored = {}, ...given } = {}) => {
    const url = known ?? (await fixture.serve(options)).url;
    const context = await browser.newContext({ viewport: DESK, reducedMotion: "reduce", ...given });
    const entries = Object.entries(stored).map(([key, value]) => [`sqltune.${key}`, JSON.stringify(value)]);
    await context.addInitScript({
      content: `for (const [key, value] of ${JSON.stringify(entries)}) localStorage.getItem(key) ?? localStorage.setItem(key, value);`,
    });
    return openWatched(context, url, hash, closing);
  };
  return fixture;
}

/** Types into the editor in place of what stands there. */
export async function writeSql(page: Page, sql: string): Promise<void> {
  const editor = page.getByRole("textbox", { name: "SQL" });
  await editor.focus();
  await page.keyboard.press("ControlOrMeta+a");
  await page.keyboard.press("Delete");
  if (sql !== "") await page.keyboard.insertText(sql);
}

/** Opens the editor without a question. */
export async function ownSql(page: Page, sql: string): Promise<void> {
  await page.getByRole("button", { name: "write SQL yourself" }).click();
  await page.getByRole("textbox", { name: "SQL" }).waitFor();
  await writeSql(page, sql);
}

/** Lets a page receive some thirty tokens a second, however quick the model is: what it does in the meantime can be seen. */
export async function slowDown(page: Page): Promise<void> {
  const session = await page.context().newCDPSession(page);
  await session.send("Network.enable");
  const conditions = { offline: false, latency: 0, downloadThroughput: 2000, uploadThroughput: -1 };
  await session.send("Network.emulateNetworkConditions", conditions);
}
