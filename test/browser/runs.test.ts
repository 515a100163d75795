import { appendFileSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { RunEvent } from "../../src/observe/events.js";
import { ANSWERS, writeRun } from "../unit/run-folders.js";
import { findChromium } from "./chromium.js";
import { eventually, overflow, PHONE, useViewsPage, violations } from "./views-page.js";

const chromium = findChromium();

describe.skipIf(!chromium)("the Runs view in Chromium", () => {
  const views = useViewsPage(chromium!);
  let runs: string;

  beforeAll(async () => {
    runs = mkdtempSync(join(tmpdir(), "sqltune-runs-view-"));
    await writeRun(join(runs, "first"), { answers: ANSWERS });
    await writeRun(join(runs, "second"), { learningRate: 5e-4 });
    await writeRun(join(runs, "group", "broken"), { step: 4, state: "failed", error: "The disk is full." });
  });
  afterAll(() => rmSync(runs, { recursive: true }));

  const texts = async (page: Page, selector: string) =>
    (await page.locator(selector).allInnerTexts()).map((text) => text.replace(/\s+/g, " ").trim());

  it("lists runs with state, progress and scores", async () => {
    const page = await views.open("#/runs", { runs });
    await page.locator(".run-table tbody tr").nth(2).waitFor();
    const rows = await texts(page, ".run-table tbody tr");
    expect(rows.sort()).toEqual([
      expect.stringMatching(/^first done 40 \/ 40 0\.\d{4} 50\.0 % ex at 40/),
      expect.stringMatching(/^group\/broken The disk is full\. failed 4 \/ 40 \d\.\d{4} –/),
      expect.stringMatching(/^second done 40 \/ 40/),
    ]);
    expect(await page.getByRole("button", { name: "Start a run" }).count()).toBe(0);
    expect(await violations(page)).toEqual([]);
  });

  it("draws a run's curves, reads them out by pointer and by keys, and gives them as tables", async () => {
    const page = await views.open("#/runs/first", { runs });
    await page.locator(".curve-card canvas").first().waitFor();
    expect(await texts(page, ".curve-card h2")).toEqual([
      ...["Loss", "Right answers", "Learning rate", "Gradient norm", "Tokens a second"],
    ]);
    const loss = page.locator(".curve-card").first();
    expect(await loss.locator(".curve-readout").textContent()).toContain("step 40");
    const slider = page.getByRole("slider", { name: "Loss, cursor" });
    await slider.focus();
    await page.keyboard.press("Home");
    const events = readFileSync(join(runs, "first", "metrics.jsonl"), "utf8")
      .trim()
      .split("\n");
    const first = events.map((line) => JSON.parse(line) as RunEvent).find((event) => event.event === "train")!;
    const loss2 = Number((first as { loss: number }).loss.toPrecision(4));
    await eventually(() => slider.getAttribute("aria-valuetext")).toBe(`step 2: training ${loss2}, evaluation –`);
    await page.keyboard.press("ArrowRight");
    await eventually(() => slider.getAttribute("aria-valuenow")).toBe("4");
    // The cursors of all charts stand on one step.
    expect(await page.locator(".curve-card").nth(2).locator(".curve-readout").textContent()).toContain("step 4");
    const box = (await loss.locator(".u-over").boundingBox())!;
    await page.mouse.move(box.x + box.width / 2, box.y + 20);
    await eventually(async () => Number(await slider.getAttribute("aria-valuenow"))).toBeGreaterThan(14);
    await page.getByRole("button", { name: "Loss as a table" }).click();
    expect(await loss.locator("tbody tr").count()).toBe(20);
    expect((await texts(page, ".curve-card tbody tr")).at(4)).toMatch(/^10 0\.\d+ 0\.\d+$/);
    expect(await violations(page)).toEqual([]);
  });

  it("smooths and scales what is drawn, and remembers it", async () => {
    const page = await views.open("#/runs/first", { runs });
    await page.locator(".curve-card canvas").first().waitFor();
    const readout = page.locator(".curve-readout").first();
    const before = await readout.textContent();
    await page.getByRole("slider", { name: "Smoothing" }).fill("0.9");
    await eventually(() => readout.textContent()).not.toBe(before);
    await page.getByRole("button", { name: "Log scale" }).click();
    await page.reload();
    await page.locator(".curve-card canvas").first().waitFor();
    expect(await page.getByRole("button", { name: "Log scale" }).getAttribute("aria-pressed")).toBe("true");
    expect(await page.getByRole("slider", { name: "Smoothing" }).inputValue()).toBe("0.9");
  });

  it("shows what the model answered as it learnt", async () => {
    const page = await views.open("#/runs/first?tab=predictions", { runs });
    await page.locator(".question").first().waitFor();
    expect(await texts(page, ".step-scores li")).toEqual(["step 10 50.0 % 1 of 2", "step 40 50.0 % 1 of 2"]);
    expect(await page.locator(".sql-side").last().textContent()).toContain("SELECT name");
    await page.getByRole("button", { name: /^10 wrong$/ }).click();
    expect(await page.locator(".sql-side").last().textContent()).toContain("nme");
    expect(await page.locator("mark.added").allInnerTexts()).toEqual(["nme"]);
    expect(await page.locator(".failure").textContent()).toBe("Did not run: no such column: nme");
    expect(await violations(page)).toEqual([]);
    await page.getByLabel("Questions").selectOption("lost");
    expect(await texts(page, ".question-text")).toEqual(["How many items are there? shop"]);
  });

  it("finds keys of the config, and tells what the run said", async () => {
    const page = await views.open("#/runs/first?tab=config", { runs });
    await page.getByRole("searchbox").fill("warm");
    await eventually(() => texts(page, ".config-sections dt")).toEqual(["warmup_ratio"]);
    expect(await violations(page)).toEqual([]);
    await page.getByRole("tab", { name: "Events" }).click();
    expect((await texts(page, ".event-list li"))[0]).toBe("done at step 40 after 1m 02s");
    expect(page.url()).toContain("tab=events");
  });

  it("compares runs: curves in one chart, last numbers, keys that differ", async () => {
    const page = await views.open("#/runs", { runs });
    await page.getByRole("checkbox", { name: "Compare first" }).check();
    await page.getByRole("checkbox", { name: "Compare second" }).check();
    await page.getByRole("button", { name: "Compare 2" }).click();
    await page.locator(".curve-card canvas").first().waitFor();
    expect(page.url()).toContain("compare=");
    expect(await page.locator(".curve-card").first().locator(".curve-label").allInnerTexts()).toHaveLength(2);
    const differing = page.getByRole("region", { name: "Keys that differ" });
    const keys = await differing.locator("tbody tr td:first-child").allInnerTexts();
    expect(keys.sort()).toEqual(["project.output_dir", "training.learning_rate"]);
    expect(await violations(page)).toEqual([]);
    await page.getByRole("button", { name: "Leave second out" }).click();
    await page
      .getByRole("heading", { name: "1 runs compared" })
      .waitFor({ state: "detached" })
      .catch(() => {});
    expect(await page.locator(".compared-runs li").count()).toBeLessThanOrEqual(1);
  });

  it("follows a run as it goes on, also over a server that was away", async () => {
    const folder = join(runs, "live");
    const status = await writeRun(folder, { step: 6, state: "training" });
    const server = await views.serve({ runs });
    const page = await views.openAt(server.url, "#/runs/live");
    const readout = page.locator(".curve-readout").first();
    await eventually(() => readout.textContent()).toContain("step 6");
    const add = (step: number) => {
      const event = {
        event: "train",
        step,
        epoch: 0.2,
        loss: 0.5,
        lr: 1e-3,
        grad_norm: 1,
        tokens: 9,
        tokens_per_s: 800,
      };
      appendFileSync(join(folder, "metrics.jsonl"), `${JSON.stringify(event)}\n`);
    };
    add(8);
    await eventually(() => readout.textContent()).toContain("step 8");
    expect(await page.locator(".live-mark").textContent()).toBe("live");
    await server.close();
    await page.getByText("connection lost").waitFor();
    add(10);
    await views.serve({ runs }, Number(new URL(server.url).port));
    await eventually(() => readout.textContent()).toContain("step 10");
    await status.close({ state: "done" });
    await eventually(() => page.locator(".run-title .badge").textContent()).toBe("done");
    rmSync(folder, { recursive: true });
  });

  it.each([
    "#/runs",
    "#/runs/first",
    "#/runs/first?tab=predictions",
    "#/runs/first?tab=config",
    "#/runs?compare=first&compare=second",
  ])("%s stands on a phone, in the dark", async (hash) => {
    const page = await views.open(hash, { runs }, { viewport: PHONE, colorScheme: "dark" });
    await page.locator(".run-table tr, canvas, .question, .config-sections section").first().waitFor();
    expect(await overflow(page)).toBe(0);
    expect(await violations(page)).toEqual([]);
  });

  it("says what is missing: no folder, no runs, no such run, a key", async () => {
    const off = await views.open("#/runs");
    await off.getByText("This server shows no runs").waitFor();
    const empty = await views.open("#/runs", { runs: join(runs, "absent"), allowTraining: true });
    await empty.getByText("No runs yet").waitFor();
    expect(await violations(empty)).toEqual([]);
    const gone = await views.open("#/runs/nothing", { runs });
    await gone.getByText("There is no such run").waitFor();
    const keyed = await views.open("#/runs", { runs, apiKeys: ["secret"] });
    const dialog = keyed.getByRole("dialog");
    await dialog.waitFor();
    await dialog.getByLabel("API key").fill("secret");
    await keyed.keyboard.press("Enter");
    await keyed.locator(".run-table").waitFor();
  });
});
