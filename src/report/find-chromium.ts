import { accessSync, constants, readdirSync } from "node:fs";
import { homedir } from "node:os";
import { delimiter, join } from "node:path";
import { SqltuneError } from "../errors.js";

const NAMES = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "microsoft-edge"];
const MAC = [
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
  "/Applications/Chromium.app/Contents/MacOS/Chromium",
  "/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge",
];

/**
 * A Chromium of any make: CHROME_PATH (or CHROMIUM_PATH), one on PATH, the usual places of macOS, Playwright's cache.
 * @throws SqltuneError with what to do where there is none.
 */
export function findChromium(env: NodeJS.ProcessEnv = process.env): string {
  const named = env.CHROME_PATH || env.CHROMIUM_PATH;
  const candidates = named
    ? [named]
    : [
        ...(env.PATH ?? "").split(delimiter).flatMap((folder) => NAMES.map((name) => join(folder, name))),
        ...(process.platform === "darwin" ? MAC : []),
        ...playwrightBrowsers(env),
      ];
  const found = candidates.find(isExecutable);
  if (found) return found;
  const where = named ? `CHROME_PATH is ${named}, which is no program` : "none is on PATH or in Playwright's cache";
  throw new SqltuneError(
    `A PDF is printed by Chromium, and there is no Chromium: ${where}. Do one of these:\n` +
      "  1. install one (Debian, Ubuntu: apt-get install chromium; macOS: brew install --cask google-chrome)\n" +
      "  2. npx playwright install chromium\n" +
      "  3. set CHROME_PATH to a Chrome, Chromium or Edge that you have\n" +
      "  4. leave --pdf out, open the HTML file in any browser and print it: it is laid out for paper.",
    { code: "ERR_SQLTUNE_NO_CHROMIUM" },
  );
}

/** The newest first. */
function playwrightBrowsers(env: NodeJS.ProcessEnv): string[] {
  const cache = process.platform === "darwin" ? "Library/Caches" : ".cache";
  const root = env.PLAYWRIGHT_BROWSERS_PATH || join(env.HOME || homedir(), cache, "ms-playwright");
  const revision = (name: string) => Number(/\d+$/.exec(name)?.[0] ?? 0);
  return names(root)
    .filter((name) => /^chromium(?:_headless_shell)?-\d+$/.test(name))
    .sort((a, b) => revision(b) - revision(a))
    .flatMap((name) =>
      names(join(root, name)).flatMap((folder) =>
        ["chrome", "headless_shell", "chrome-headless-shell", "Chromium.app/Contents/MacOS/Chromium"].map((program) =>
          join(root, name, folder, program),
        ),
      ),
    );
}

function names(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
