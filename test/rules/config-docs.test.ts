import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { configKeys, type KeyFacts } from "../../src/config/expectation.js";
import { read, root } from "./source-files.js";

const page = "docs/configuration.md";
const [start, end] = ["<!-- keys -->\n", "<!-- /keys -->"];

/** The tables of keys, made from src/config/sections. */
function reference(): string {
  return [...configKeys()]
    .map(
      ([section, keys]) =>
        `### ${section}\n\n| key | value | default | meaning |\n|---|---|---|---|\n${rows([...keys.values()])}`,
    )
    .join("\n");
}

function rows(keys: KeyFacts[]): string {
  const cell = (text: string) => text.replaceAll("|", "\\|");
  return keys
    .map(
      (key) => `| \`${key.name}\` | ${cell(key.expected)} | \`${JSON.stringify(key.default)}\` | ${cell(key.doc)} |\n`,
    )
    .join("");
}

it(`${page} holds every key as the code declares it (UPDATE_DOCS=1 writes it)`, () => {
  const text = read(page);
  const [before, rest = ""] = text.split(start);
  const [found, after] = rest.split(end);
  if (process.env.UPDATE_DOCS === "1") writeFileSync(join(root, page), `${before}${start}${reference()}${end}${after}`);
  else expect(found).toBe(reference());
});
