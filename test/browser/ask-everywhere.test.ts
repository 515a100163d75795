import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import type { Page } from "playwright-core";
import { describe, expect, it } from "vitest";
import { DESK, ownSql, PHONE, slowDown, useAskPage, type Visit, violations } from "./ask-page.js";
import { findChromium } from "./chromium.js";
import { hugeSchema } from "./huge-schema.js";

const chromium = findChromium();

const DARK = "rgb(19, 21, 24)";
const background = (page: Page) => page.evaluate("getComputedStyle(document.body).backgroundColor");

type Step = (page: Page) => Promise<unknown>;

const question: Step = async (page) => {
  await page.getByRole("textbox", { name: /^Ask about/ }).fill("How many customers live in Oslo?");
  await page.keyboard.press("Enter");
};
const asked: Step = async (page) => {
  await question(page);
  await page.getByRole("textbox", { name: "SQL" }).waitFor();
};
const ran =
  (sql: string): Step =>
  async (page) => {
    await ownSql(page, sql);
    await page.keyboard.press("ControlOrMeta+Enter");
    await page.locator(".result").waitFor();
  };
const tab =
  (name: string): Step =>
  async (page) => {
    await page.getByRole("tab", { name }).click();
    await page.getByRole("tabpanel").first().waitFor();
  };
const busy: Step = (page) =>
  page.route("**/v1/sql", (route) => {
    const error = { message: "64 questions wait already.", type: "rate_limit_error", param: null, code: "queue_full" };
    return route.fulfill({ status: 429, headers: { "retry-after": "30" }, json: { error } });
  });
const away: Step = (page) => page.route(/health|v1/, (route) => route.abort());
const candidates: Step = async (page) => {
  await page.getByRole("button", { name: "Options" }).click();
  await page.getByRole("combobox", { name: "Answer with" }).selectOption("logprob");
};
const stopped: Step = async (page) => {
  await slowDown(page);
  await question(page);
  await page.locator(".tokens span").nth(5).waitFor();
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: "Ask again" }).waitFor();
};
const chart = ran("SELECT city, count(*) FROM customer GROUP BY city");

/** What stands out of a narrow screen, and in nothing that scrolls. */
const TOO_WIDE = `[...document.querySelectorAll("body, body *")]
  .filter((element) => element.getBoundingClientRect().right > 361)
  .filter((element) => !element.closest(".scroll, svg, .unseen, .source-list, .tabs"))
  .map((element) => element.outerHTML.slice(0, 120))`;

/** Every state of the view that looks different. */
const STATES: readonly [name: string, visit: Visit, steps: readonly Step[]][] = [
  ["nothing asked", {}, []],
  ["an answer", {}, [asked]],
  ["its probabilities", {}, [asked, tab("Probabilities")]],
  ["its details", {}, [asked, tab("Details")]],
  ["the meaning of its confidence", {}, [asked, (page) => page.locator(".confidence .badge").click()]],
  ["its alternatives", {}, [candidates, asked, (page) => page.getByRole("tab", { name: /^Alternatives/ }).click()]],
  ["an answer that was stopped", { options: { maxTokens: 700 } }, [stopped]],
  ["a busy server", {}, [busy, question, (page) => page.getByRole("alert").waitFor()]],
  [
    "a server that is away",
    {},
    [away, question, (page) => page.getByText("Server away").waitFor({ state: "attached" })],
  ],
  ["feedback that was kept", {}, [asked, (page) => page.getByRole("button", { name: "Wrong" }).click()]],
  ["rows", {}, [ran("SELECT * FROM customer")]],
  ["a chart", {}, [chart, tab("Chart")]],
  ["SQL that does not run", {}, [ran("SELECT nothing FROM nowhere")]],
  ["the options", {}, [(page) => page.getByRole("button", { name: "Options" }).click()]],
  ["the dialog for DDL", {}, [(page) => page.getByRole("button", { name: "Paste DDL" }).click()]],
  ["the schema as a list", {}, [(page) => page.getByRole("button", { name: "List", exact: true }).click()]],
  ["the shortcuts", {}, [(page) => page.getByRole("button", { name: "Keyboard shortcuts" }).click()]],
  ["a closed server", { options: { apiKeys: ["a"] } }, [(page) => page.getByRole("dialog").waitFor()]],
  ["no database", { options: { databases: {}, models: [] } }, []],
  ["a huge schema", { stored: { subject: { title: "huge", text: hugeSchema(100, 50) } } }, []],
];

describe.skipIf(!chromium)("Ask for everyone, on every screen", () => {
  const ask = useAskPage(chromium!);

  async function arrive(visit: Visit, steps: readonly Step[]): Promise<Page> {
    const page = await ask.open(visit);
    await page.getByRole("heading", { name: "Schema", exact: true }).waitFor();
    if (!visit.options?.apiKeys) await page.locator(".card").first().waitFor();
    for (const step of steps) await step(page);
    return page;
  }

  /** Once the page has settled: a button that works for a moment is pale for that moment. */
  const accessible = (page: Page) => expect.poll(() => violations(page), { timeout: 15_000 }).toEqual([]);

  it.each(STATES)(
    "axe finds nothing, light and dark, wide and narrow, and 360 pixels suffice: %s",
    async (_, visit, steps) => {
      const page = await arrive({ ...visit, colorScheme: "light" }, steps);
      await accessible(page);
      await page.emulateMedia({ colorScheme: "dark" });
      await expect.poll(() => background(page)).toBe(DARK);
      await accessible(page);
      await page.setViewportSize(PHONE);
      await expect.poll(() => page.evaluate("innerWidth")).toBe(PHONE.width);
      await accessible(page);
      await expect.poll(() => page.evaluate(TOO_WIDE)).toEqual([]);
      expect(await page.evaluate("document.documentElement.scrollWidth")).toBe(PHONE.width);
    },
  );

  it("can be used by keys alone, and the focus comes back from a dialog", async () => {
    const page = await ask.open();
    await page.locator(".card").first().waitFor();
    const focused = () => page.evaluate("document.activeElement.id || document.activeElement.textContent");
    await page.keyboard.press("Tab");
    expect(await focused()).toBe("Skip to content");
    await page.keyboard.press("Enter");
    expect(await focused()).toBe("main");
    await page.keyboard.press("/");
    expect(await focused()).toBe("question");
    await page.keyboard.type("How many?");
    await page.keyboard.press("Enter");
    await page.getByRole("tab", { name: "Probabilities" }).waitFor();
    const help = page.getByRole("button", { name: "Keyboard shortcuts" });
    await help.focus();
    await page.keyboard.press("Enter");
    await page.getByRole("dialog").getByText("Run the SQL").waitFor();
    await page.keyboard.press("Escape");
    expect(await page.getByRole("dialog").count()).toBe(0);
    expect(await page.evaluate("document.activeElement.ariaLabel")).toBe("Keyboard shortcuts");
    await page.keyboard.press("?");
    await page.getByRole("dialog").waitFor();
    await page.keyboard.press("Escape");
    await page.getByRole("tab", { name: "SQL" }).focus();
    await page.keyboard.press("ArrowRight");
    expect(await page.getByRole("tab", { name: "Probabilities" }).getAttribute("aria-selected")).toBe("true");
    await page.keyboard.press("g");
    await page.keyboard.press("r");
    await expect.poll(() => page.evaluate("location.hash")).toBe("#/runs");
    await expect.poll(focused).toBe("main");
  });

  it("says aloud what happens, not every token", async () => {
    const page = await ask.open();
    await page.locator(".card").first().waitFor();
    await page.evaluate(`{
      window.said = [];
      const status = document.querySelector(".ask > [role=status]");
      new MutationObserver(() => said.push(status.textContent)).observe(status, { childList: true, characterData: true, subtree: true });
    }`);
    await asked(page);
    await expect
      .poll(async () => ((await page.evaluate("said")) as string[]).at(-1))
      .toMatch(/^SQL with a confidence of \d+ %/);
    expect(((await page.evaluate("said")) as string[]).length).toBeLessThan(6);
  });

  it("follows the system's colours until the reader chooses, and keeps the choice", async () => {
    const page = await ask.open({ colorScheme: "light", viewport: DESK });
    const light = await background(page);
    expect(light).not.toBe(DARK);
    await page.emulateMedia({ colorScheme: "dark" });
    await expect.poll(() => background(page)).toBe(DARK);
    await page.getByRole("button", { name: "Switch to light colours" }).click();
    await expect.poll(() => background(page)).toBe(light);
    await page.reload();
    await expect.poll(() => background(page)).toBe(light);
    await page.getByRole("button", { name: "Switch to dark colours" }).click();
    await expect.poll(() => background(page)).toBe(DARK);
  });

  it("is light: the editor comes with the first SQL, all else is a small part of 300 kB", async () => {
    const page = await ask.open();
    await page.locator(".card").first().waitFor();
    const loaded = () => page.evaluate("performance.getEntriesByType('resource').map(({ name }) => name)");
    const first = (await loaded()) as string[];
    expect(first.filter((name) => name.includes("mount-editor"))).toEqual([]);
    const assets = readdirSync(join(ask.folder, "web", "assets"));
    const zipped = (names: string[]) =>
      names.reduce((sum, name) => sum + gzipSync(readFileSync(join(ask.folder, "web", "assets", name))).length, 0);
    expect(zipped(assets.filter((name) => first.some((url) => url.endsWith(name))))).toBeLessThan(80_000);
    expect(zipped(assets.filter((name) => !name.startsWith("mount-editor")))).toBeLessThan(300_000);
    await asked(page);
    expect(((await loaded()) as string[]).filter((name) => name.includes("mount-editor"))).toHaveLength(1);
  });

  it("serves under a policy that admits no script but its own", async () => {
    const page = await ask.open();
    const blocked = `new Promise((resolve) => {
      document.addEventListener("securitypolicyviolation", (event) => resolve(event.effectiveDirective));
      const script = document.createElement("script");
      script.textContent = "window.hacked = 1";
      document.body.append(script);
    })`;
    const bare = await page.context().newPage();
    await bare.goto(page.url());
    expect(await bare.evaluate(blocked)).toBe("script-src-elem");
    expect(await bare.evaluate("window.hacked")).toBeUndefined();
  });
});
