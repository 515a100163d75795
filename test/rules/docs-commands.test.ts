import { existsSync } from "node:fs";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { text } from "node:stream/consumers";
import { beforeAll, expect, it } from "vitest";
import { runCli } from "../../src/cli/run-cli.js";
import { filesBelow, read, root } from "./source-files.js";

/** Flags of other programs that the documents name on their own. */
const foreign = new Set(["--ignore-scripts", "--recurse-submodules"]);

const pages = [
  ...["README.md", "CONTRIBUTING.md", "SECURITY.md"].filter((page) => existsSync(join(root, page))),
  ...filesBelow("docs", [".md"]),
];

async function help(...words: string[]): Promise<string> {
  const stdout = new PassThrough();
  const io = { stdin: new PassThrough(), stdout, stderr: new PassThrough(), signal: new AbortController().signal };
  expect(await runCli({ ...io, words: [...words, "--help"] })).toBe(0);
  stdout.end();
  return text(stdout);
}

/** Flags of each verb, as its own --help tells them. */
const flags = new Map<string, Set<string>>();
beforeAll(async () => {
  const verbs = [...(await help()).matchAll(/^ {2}sqltune ([a-z]+)/gm)].map((match) => match[1]!);
  for (const verb of new Set(verbs)) {
    const options = (await help(verb)).split("\nExamples:")[0]!;
    flags.set(verb, new Set([...options.matchAll(/(?<=^ +.*)--[a-z][a-z-]*/gm)].map((match) => match[0])));
  }
});

/** Lines of a page's code blocks, with those that a backslash ends joined to the next, and its code spans. */
function codeOf(page: string): string[] {
  const blocks = [...read(page).matchAll(/^ *```[^\n]*\n([\s\S]*?)^ *```/gm)].map((match) => match[1]!);
  const spans = [
    ...read(page)
      .replace(/^ *```[\s\S]*?^ *```/gm, "")
      .matchAll(/`([^`\n]+)`/g),
  ].map((match) => match[1]!);
  return [...blocks.flatMap((block) => block.replace(/\\\n\s*/g, " ").split("\n")), ...spans];
}

/** What is wrong with one line of code; nothing where it calls no sqltune. */
function mistakes(code: string): string[] {
  // A comment, or another program behind a pipe, is not the command.
  const command = code.replace(/(^|\s)#\s.*$/, "").split(/\s[|>&;]/)[0]!;
  const call = /(?:^|\s)sqltune(?:\s+([\w-]+))?(\s.*)?$/.exec(command);
  const named = [...command.matchAll(/(?<=^|[\s[(])--[A-Za-z][\w-]*/g)].map((match) => match[0].replaceAll("_", "-"));
  if (!call || /^(?:\$ )?(?:npm|pip|git|cmake|docker)\b/.test(command)) {
    const alone = /^--[a-z][\w-]*/.test(command) ? named : [];
    return alone.filter((flag) => !foreign.has(flag) && ![...flags.values()].some((known) => known.has(flag)));
  }
  const verb = call[1];
  if (verb === undefined || verb.startsWith("-") || verb === "VERB" || verb === "COMMAND") return [];
  const known = flags.get(verb);
  if (!known) return [`${verb} (no command)`];
  return named.filter((flag) => !known.has(flag)).map((flag) => `${verb} ${flag}`);
}

it("every command and flag in the documents exists", () => {
  const wrong = pages.flatMap((page) =>
    codeOf(page).flatMap((code) => mistakes(code).map((it) => `${page}: ${it} in ${code}`)),
  );
  expect(wrong).toEqual([]);
});

it("the rule sees what it is there for", () => {
  expect(mistakes("npx sqltune train --config a.yaml --lr 1 # --nothing")).toEqual([]);
  expect(mistakes("sqltune train --max_train_samples 5 --epoch 3")).toEqual(["train --epoch"]);
  expect(mistakes("$ npx sqltune trian")).toEqual(["trian (no command)"]);
  expect(mistakes("--dry-runs")).toEqual(["--dry-runs"]);
  expect(mistakes("cmake --build build")).toEqual([]);
});
