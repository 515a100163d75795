import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "./compiled-cli.js";

export interface CodeBlock {
  /** e.g. "docs/data.md:12". */
  where: string;
  language: string;
  code: string;
}

/** README.md and docs/*.md, relative to the repository. */
export const pages = ["README.md", ...readdirSync(join(root, "docs")).filter((name) => name.endsWith(".md"))].map(
  (name) => (name === "README.md" ? name : join("docs", name)),
);

/** The fenced code blocks of a page. */
export function codeBlocks(page: string): CodeBlock[] {
  const text = readFileSync(join(root, page), "utf8");
  return [...text.matchAll(/^ *```(\S*)\n(.*?)^ *```$/gms)].map(({ 1: language = "", 2: code = "", index }) => ({
    where: `${page}:${text.slice(0, index).split("\n").length}`,
    language,
    code,
  }));
}

/** The `npx sqltune` and `./run.sh` lines of the code blocks, without comments; lines joined where a backslash ends them. */
export function commands(page: string): string[] {
  return codeBlocks(page)
    .filter(({ language }) => language === "" || /^(sh|bash|console)$/.test(language))
    .flatMap(({ code }) => code.replace(/\s*\\\n\s*/g, " ").split("\n"))
    .map((line) =>
      line
        .replace(/^\$ /, "")
        .replace(/\s+#\s.*$/, "")
        .trim(),
    )
    .filter((line) => /^(npx sqltune|\.\/run\.sh)\b/.test(line));
}

/** A command line as a shell splits it; quotes are all that the documents need. */
export function words(command: string): string[] {
  return [...command.matchAll(/"([^"]*)"|'([^']*)'|(\S+)/g)].map((match) => match[1] ?? match[2] ?? match[3] ?? "");
}
