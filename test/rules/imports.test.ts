import { existsSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { filesBelow, importsOf, root } from "./source-files.js";

/** A room imports only from those before it. */
const rooms = [
  "native",
  "sql",
  "schema",
  "database",
  "config",
  "hub",
  "tokenizer",
  "prompt",
  "data",
  "adapter",
  "model",
  "infer",
  "eval",
  "lint",
  "observe",
  "train",
  "runs",
  "report",
  "server",
  "quickstart",
  "cli",
  "index",
];

const files = filesBelow("src", [".ts"]);
const imports = new Map(files.map((file) => [file, importsOf(file)]));

/** Contracts hold types alone, so that a type import of them ties no rooms together. */
const isContract = (file: string) => /(^|\/)types\.ts$/.test(file) || file === "src/observe/events.ts";

function roomOf(file: string): string {
  return file.split("/")[1]!.replace(/\.ts$/, "");
}

function mayImport(from: string, to: string): boolean {
  if (roomOf(to) === "errors" || roomOf(from) === roomOf(to)) return true;
  if (roomOf(from) === "errors") return false;
  // The library has all powers that the command line has, so it must not lean on it.
  if (roomOf(from) === "index" && roomOf(to) === "cli") return false;
  return rooms.indexOf(roomOf(to)) < rooms.indexOf(roomOf(from));
}

it("every file stands in a room", () => {
  const strangers = files.filter((file) => ![...rooms, "errors"].includes(roomOf(file)));
  expect(strangers).toEqual([]);
  expect(files.length).toBeGreaterThan(50);
});

it("every import finds its file", () => {
  const lost = files.flatMap((file) =>
    imports.get(file)!.flatMap(({ to, line }) => (existsSync(join(root, to)) ? [] : [`${file}:${line} -> ${to}`])),
  );
  expect(lost).toEqual([]);
});

it("a room imports only from rooms before it", () => {
  const wrong = files.flatMap((file) =>
    imports
      .get(file)!
      .filter(({ to, typeOnly }) => to.startsWith("src/") && !(typeOnly && isContract(to)) && !mayImport(file, to))
      .map(({ to, line }) => `${file}:${line} -> ${to}`),
  );
  expect(wrong).toEqual([]);
});

it("contracts hold no code", () => {
  const withCode = files.filter(isContract).flatMap((file) =>
    imports
      .get(file)!
      .filter((i) => !i.typeOnly)
      .map((i) => `${file}:${i.line}`),
  );
  expect(withCode).toEqual([]);
});

it("no cycle of imports", () => {
  const cycles: string[] = [];
  const state = new Map<string, "open" | "done">();
  const visit = (file: string, path: string[]) => {
    if (state.get(file) === "done") return;
    if (state.get(file) === "open") {
      cycles.push([...path.slice(path.indexOf(file)), file].join(" -> "));
      return;
    }
    state.set(file, "open");
    for (const { to, typeOnly } of imports.get(file) ?? []) if (!typeOnly) visit(to, [...path, file]);
    state.set(file, "done");
  };
  for (const file of files) visit(file, []);
  expect(cycles).toEqual([]);
});
