import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { resolveConfig } from "../../src/config/index.js";
import { printPdf, runReport } from "../../src/report/index.js";
import { evalEvent, livingStatus, trainEvent, writeRun } from "../unit/run-fixture.js";
import { findChromium } from "./chromium.js";

const chromium = findChromium();

it.skipIf(!chromium)("a report is printed to a PDF of A4 pages, and nothing is left beside it", async () => {
  const root = mkdtempSync(join(tmpdir(), "sqltune-pdf-"));
  try {
    const run = {
      config: resolveConfig({}),
      setting: { dataChecksums: {}, baseName: "a", baseHash: "b", loraModules: ["lm_head 4"], exactness: {} },
    };
    const folder = writeRun(join(root, "run"), {
      status: await livingStatus({ state: "done" }),
      events: [trainEvent(5), evalEvent(5, 1), trainEvent(10), evalEvent(10, 0.5)],
      run,
    });
    await printPdf(await runReport(folder), join(root, "out", "report.pdf"), { chromium: chromium! });
    const pdf = readFileSync(join(root, "out", "report.pdf"), "latin1");
    // PDF 32000-1, 7.7.3: the page tree's count, and A4 in points.
    expect(Number(/\/Count (\d+)/.exec(pdf)?.[1])).toBeGreaterThanOrEqual(2);
    expect(pdf).toMatch(/\/MediaBox \[0 0 59[45](?:\.\d+)? 84[12](?:\.\d+)?\]/);
    expect(readdirSync(join(root, "out"))).toEqual(["report.pdf"]);
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
});

it.skipIf(!chromium)("a program that prints nothing is an error that quotes it", async () => {
  await expect(printPdf("<p>", join(tmpdir(), "never.pdf"), { chromium: process.execPath })).rejects.toThrow(
    /printed no PDF/,
  );
});
