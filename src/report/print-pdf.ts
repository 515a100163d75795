import { spawn } from "node:child_process";
import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { SqltuneError } from "../errors.js";
import { findChromium } from "./find-chromium.js";

export interface PrintOptions {
  /** Default: see findChromium. */
  chromium?: string;
  signal?: AbortSignal;
  /** Default 60 s. */
  timeoutMs?: number;
}

/**
 * Prints an HTML page to a PDF with Chromium, in a profile of its own that is removed afterwards: nothing of a user's
 * browser is read or changed.
 * @throws SqltuneError where there is no Chromium, or it prints nothing.
 */
export async function printPdf(page: string, output: string, options: PrintOptions = {}): Promise<void> {
  const { chromium = findChromium(), signal, timeoutMs = 60_000 } = options;
  const scratch = await mkdtemp(join(tmpdir(), "sqltune-print-"));
  try {
    const html = join(scratch, "report.html");
    const pdf = join(scratch, "report.pdf");
    await writeFile(html, page);
    const args = [
      "--headless",
      "--disable-gpu",
      "--no-first-run",
      "--disable-extensions",
      "--disable-background-networking",
      `--user-data-dir=${join(scratch, "profile")}`,
      "--no-pdf-header-footer",
      `--print-to-pdf=${pdf}`,
      // Chromium refuses to run as root, as in a container, inside its sandbox; the page is our own and has no script.
      ...(process.getuid?.() === 0 ? ["--no-sandbox"] : []),
      pathToFileURL(html).href,
    ];
    const said = await runChromium(
      chromium,
      args,
      AbortSignal.any([AbortSignal.timeout(timeoutMs), ...(signal ? [signal] : [])]),
    );
    signal?.throwIfAborted();
    const bytes = await readFile(pdf).catch(() => null);
    if (bytes === null || bytes.subarray(0, 5).toString("latin1") !== "%PDF-") {
      throw new SqltuneError(
        `${chromium} printed no PDF. It said:\n${said.trim().slice(-800) || "(nothing)"}\n` +
          "Set CHROME_PATH to another Chromium, or leave --pdf out and print the HTML file in a browser.",
        { code: "ERR_SQLTUNE_PRINT" },
      );
    }
    const target = resolve(output);
    await mkdir(dirname(target), { recursive: true });
    const temporary = `${target}.${process.pid}.tmp`;
    await writeFile(temporary, bytes);
    await rename(temporary, target);
  } finally {
    // Chromium's helpers may still write into the profile for a moment after it has ended.
    await rm(scratch, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  }
}

/** What it wrote to stderr; its exit code says less than the file does. */
function runChromium(program: string, args: readonly string[], signal: AbortSignal): Promise<string> {
  return new Promise((done, reject) => {
    const child = spawn(program, args, { signal, killSignal: "SIGKILL", stdio: ["ignore", "ignore", "pipe"] });
    let said = "";
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      said = (said + text).slice(-4000);
    });
    child.once("error", (error) => (signal.aborted ? done(`${said}\nIt took too long and was ended.`) : reject(error)));
    child.once("close", () => done(said));
  });
}
