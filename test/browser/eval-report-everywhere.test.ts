import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import axe from "axe-core";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { findChromium, launch } from "./chromium.js";
import { HOSTILE, longReport, shopReport } from "./shop-report.js";

const chromium = findChromium();
const PHONE = { width: 360, height: 740 };
const DESK = { width: 1400, height: 900 };

describe.skipIf(!chromium)("evaluation report: hostile text, offline, every screen, for everyone", () => {
  let browser: Browser;
  let folder: string;
  let address: string;

  beforeAll(async () => {
    const made = await shopReport();
    folder = made.folder;
    address = await save("report.html", made.html);
    browser = await launch(chromium!);
  });
  afterAll(async () => {
    await browser?.close();
    if (folder) await rm(folder, { recursive: true });
  });

  async function save(name: string, html: string): Promise<string> {
    await writeFile(join(folder, name), html);
    return pathToFileURL(join(folder, name)).href;
  }

  /** A page of its own, closed at the end; nothing may be logged, and nothing but the file itself asked for. */
  async function visit(
    options: BrowserContextOptions & { hash?: string; url?: string },
    check: (page: Page) => Promise<void>,
  ): Promise<void> {
    const { hash = "", url = address, ...given } = options;
    const context = await browser.newContext({ viewport: DESK, ...given });
    const page = await context.newPage();
    const requests: string[] = [];
    const troubles: string[] = [];
    page.on("request", (request) => requests.push(request.url()));
    page.on("pageerror", (error) => troubles.push(String(error)));
    page.on("console", (message) => troubles.push(message.text()));
    page.on("dialog", (dialog) => troubles.push(dialog.message()));
    try {
      await page.goto(url + hash);
      await page.locator(".found").waitFor();
      await check(page);
      expect(troubles).toEqual([]);
      expect(requests.filter((request) => !request.startsWith("data:"))).toEqual([url]);
    } finally {
      await context.close();
    }
  }

  const background = (page: Page) => page.evaluate("getComputedStyle(document.body).backgroundColor");

  it("text that looks like markup stays text", async () => {
    await visit({ hash: "#row=7" }, async (page) => {
      expect(await page.locator("h1").textContent()).toBe(`Shop ${HOSTILE}`);
      expect(await page.title()).toContain("</script><script>window.hacked");
      expect(await page.locator(".detail h2").textContent()).toBe(HOSTILE);
      expect(await page.locator(".detail .sql").last().textContent()).toContain(`-- ${HOSTILE.split("\u2028")[0]}`);
      expect(await page.locator('[data-index="7"] .question').textContent()).toBe(HOSTILE);
      expect(await page.evaluate("window.hacked")).toBeUndefined();
      expect(await page.locator("img, body script:not([id=data]):not([type=module])").count()).toBe(0);
    });
  });

  it("its policy stops a script that got in all the same", async () => {
    const context = await browser.newContext();
    const page = await context.newPage();
    await page.goto(address);
    const blocked = `new Promise((resolve) => {
      document.addEventListener("securitypolicyviolation", (event) => resolve(event.effectiveDirective));
      const script = document.createElement("script");
      script.textContent = "window.hacked = 3";
      document.body.append(script);
    })`;
    expect(await page.evaluate(blocked)).toBe("script-src-elem");
    expect(await page.evaluate("window.hacked")).toBeUndefined();
    await expect(page.evaluate("fetch('https://example.org/')")).rejects.toThrow("Failed to fetch");
    await context.close();
  });

  it("follows the system's colours until the reader chooses", async () => {
    const seen: unknown[] = [];
    await visit({ colorScheme: "light" }, async (page) => {
      seen.push(await background(page));
      await page.emulateMedia({ colorScheme: "dark" });
      seen.push(await background(page));
      await page.getByRole("button", { name: "Switch to light colours" }).click();
      seen.push(await background(page));
    });
    expect(seen[1]).not.toBe(seen[0]);
    expect(seen[2]).toBe(seen[0]);
    await visit({ colorScheme: "dark" }, async (page) => {
      expect(await background(page)).toBe(seen[1]);
      await page.evaluate("localStorage.setItem('sqltune-report-theme', 'light')");
    });
  });

  it.each([
    ["", "the overview and the list"],
    ["#row=3", "an open row"],
    ["#row=7", "an open row of hostile text"],
  ])("fits a screen of 360 pixels (%s %s)", async (hash) => {
    await visit({ viewport: PHONE, hash }, async (page) => {
      const tooWide = await page.evaluate(`[...document.querySelectorAll("body, body *")]
        .filter((element) => element.getBoundingClientRect().right > 361 && !element.closest(".scroll, svg, .unseen"))
        .map((element) => element.outerHTML.slice(0, 120))`);
      expect(tooWide).toEqual([]);
      expect(await page.evaluate("document.documentElement.scrollWidth")).toBe(360);
    });
  });

  it("an open row covers a small screen, and only it can be reached", async () => {
    await visit({ viewport: PHONE }, async (page) => {
      await page.locator('[data-index="3"]').click();
      const box = await page.locator(".detail").boundingBox();
      expect(box).toMatchObject({ x: 0, y: 0, ...PHONE });
      expect(await page.evaluate("document.querySelector('.list').inert")).toBe(true);
      await page.getByRole("button", { name: "Close" }).click();
      expect(await page.evaluate("document.querySelector('.list').inert")).toBe(false);
      expect(await page.evaluate("document.activeElement.dataset.index")).toBe("3");
    });
  });

  it.each([
    ["light", DESK, ""],
    ["light", DESK, "#row=2"],
    ["dark", DESK, "#row=3&metric=ts&verdict=wrong"],
    ["dark", DESK, "#row=4"],
    ["light", PHONE, ""],
    ["dark", PHONE, "#row=3"],
    ["light", DESK, "#q=nothing"],
  ] as const)("axe finds nothing: %s %o %s", async (colorScheme, viewport, hash) => {
    await visit({ colorScheme, viewport, hash }, async (page) => {
      await page.evaluate(axe.source);
      const { violations } = (await page.evaluate("axe.run()")) as axe.AxeResults;
      expect(violations.map(({ id, nodes }) => ({ id, nodes: nodes.map(({ html }) => html.slice(0, 200)) }))).toEqual(
        [],
      );
    });
  });

  it("makes ten thousand rows as they are needed", async () => {
    const url = await save("long.html", longReport(10_000));
    await visit({ url }, async (page) => {
      const rows = () => page.locator(".row").count();
      const atFirst = await rows();
      expect(atFirst).toBeGreaterThan(50);
      expect(atFirst).toBeLessThan(500);
      expect(await page.locator(".found").textContent()).toBe("10,000 rows");
      await page.evaluate("document.querySelector('.more').scrollIntoView()");
      await expect.poll(rows).toBeGreaterThan(atFirst);
      await page.locator("#q").fill("question 9999");
      await expect.poll(rows).toBe(1);
    });
    await visit({ url, hash: "#row=5000" }, async (page) => {
      expect(await page.locator(".detail h2").textContent()).toBe("Question 5000");
      expect(await page.locator("[aria-current]").getAttribute("data-index")).toBe("5000");
    });
  });

  it("prints every row that passes the filters, without the controls", async () => {
    const url = await save("print.html", longReport(900));
    await visit({ url, hash: "#verdict=wrong" }, async (page) => {
      expect(await page.locator(".row").count()).toBeLessThan(300);
      await page.pdf();
      expect(await page.locator(".row").count()).toBe(300);
      await page.emulateMedia({ media: "print", colorScheme: "dark" });
      expect(await page.locator(".finder").isVisible()).toBe(false);
      expect(await background(page)).toBe("rgb(253, 253, 252)");
    });
  });
});
