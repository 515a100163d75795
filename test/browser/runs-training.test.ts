import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { stringify } from "yaml";
import { tinyConfig, writeTrainableModel } from "../native/train-fixture.js";
import { findChromium } from "./chromium.js";
import { eventually, useViewsPage, violations } from "./views-page.js";

const chromium = findChromium();

describe.skipIf(!chromium)("training from the page in Chromium", () => {
  const views = useViewsPage(chromium!);
  let runs: string;
  let yaml: string;

  beforeAll(() => {
    runs = mkdtempSync(join(tmpdir(), "sqltune-runs-training-"));
    writeTrainableModel(join(runs, "tiny"));
    const rows = Array.from({ length: 60 }, (_, i) => ({
      ...{ question: `How many things of kind ${i}?`, sql: `SELECT count(*) FROM thing WHERE kind = ${i}` },
      schema: `CREATE TABLE thing (id INTEGER, kind INTEGER, extra_${i % 4} TEXT)`,
    }));
    writeFileSync(join(runs, "rows.jsonl"), rows.map((row) => `${JSON.stringify(row)}\n`).join(""));
    const config = tinyConfig(join(runs, "tiny"), "elsewhere", {
      data: { dataset_name: "jsonl", path: join(runs, "rows.jsonl"), split: "database" },
      training: { max_steps: 100_000, logging_steps: 1, eval_steps: 1000, save_steps: 1000 },
    });
    yaml = stringify(config);
    mkdirSync(join(runs, "configs"));
    writeFileSync(join(runs, "configs", "mine.yaml"), "lora: {r: 8}\n");
  });
  afterAll(() => rmSync(runs, { recursive: true }));

  it("starts a run from pasted YAML, tells what is wrong with it, follows it and stops it", async () => {
    const page = await views.open("#/runs", { runs, allowTraining: true, configs: [join(runs, "configs")] });
    await page.getByText("No runs yet").waitFor();
    await page.keyboard.press("n");
    const dialog = page.getByRole("dialog", { name: "Start a run" });
    const config = dialog.getByRole("combobox", { name: "Config" });
    await eventually(() => config.inputValue()).toBe("mine.yaml");
    expect(await dialog.getByLabel(/^YAML/).inputValue()).toBe("lora: {r: 8}\n");
    await config.selectOption("Paste YAML");
    await dialog.getByLabel(/^YAML/).fill("lora: {r: many}");
    await dialog.getByLabel(/^Overrides/).fill("training.epochs=1\n");
    await dialog.getByRole("button", { name: "Start" }).click();
    const alert = dialog.getByRole("alert");
    await alert.waitFor();
    expect(await alert.textContent()).toMatch(/2 errors:[\s\S]*lora\.r[\s\S]*training\.epochs/);
    expect(await violations(page)).toEqual([]);

    await dialog.getByLabel(/^YAML/).fill(yaml);
    await dialog.getByLabel(/^Overrides/).fill("training.learning_rate=0.002");
    await dialog.getByLabel(/^Name/).fill("from-the-page");
    await dialog.getByRole("button", { name: "Start" }).click();
    await page.getByRole("heading", { name: "from-the-page" }).waitFor({ timeout: 60_000 });
    await page.locator(".curve-card canvas").first().waitFor({ timeout: 60_000 });
    const step = async () =>
      Number(/step (\d+)/.exec((await page.locator(".curve-readout").first().textContent())!)![1]);
    const before = await step();
    await eventually(step).toBeGreaterThan(before);

    await page.getByRole("button", { name: "Stop" }).click();
    await page.getByRole("button", { name: "Let it go on" }).click();
    await page.getByRole("button", { name: "Stop" }).click();
    expect(await violations(page)).toEqual([]);
    await page.getByRole("button", { name: "Save and stop" }).click();
    await eventually(() => page.locator(".run-title .badge").textContent()).toBe("interrupted");
    expect(await page.locator(".notice").textContent()).toMatch(/checkpoint-\d+ is saved/);
    expect(await page.getByRole("button", { name: "Stop" }).count()).toBe(0);
    await page.getByRole("tab", { name: "Config" }).click();
    await page.getByRole("searchbox").fill("learning_rate");
    expect(await page.locator(".config-sections dd").allTextContents()).toEqual(["0.002"]);
  });
});
