import { basename } from "node:path";
import { expect, it } from "vitest";
import { filesBelow, read } from "./source-files.js";

const lines = (path: string) => read(path).split("\n").length - 1;
const tooLong = (paths: string[], limit: number) =>
  paths.filter((path) => lines(path) > limit).map((path) => `${path}: ${lines(path)} lines, at most ${limit}`);

const typescript = ["src", "test", "bench", "scripts", "data", "web"].flatMap((folder) =>
  filesBelow(folder, [".ts", ".tsx", ".mjs"]),
);
const cpp = filesBelow("native", [".h", ".cpp", ".cc"]);

it("no file grows beyond one job", () => {
  expect(tooLong(typescript, 250)).toEqual([]);
  expect(tooLong(cpp, 400)).toEqual([]);
  expect(Math.min(typescript.length, cpp.length)).toBeGreaterThan(10);
});

it("no file or folder has a name that fits everything", () => {
  const vague = [...typescript, ...cpp].filter((path) => /(^|[/-])(utils?|helpers?|common|misc)([./-]|$)/.test(path));
  expect(vague).toEqual([]);
});

it("files are named in lower case", () => {
  expect(typescript.filter((path) => !/^[a-z0-9.-]+$/.test(basename(path)))).toEqual([]);
  expect(cpp.filter((path) => !/^[a-z0-9_.]+$/.test(basename(path)))).toEqual([]);
});

it("no file names a path of the machine it was written on", () => {
  const text = [
    ".ts",
    ".tsx",
    ".mjs",
    ".css",
    ".html",
    ".h",
    ".cpp",
    ".cc",
    ".py",
    ".sh",
    ".md",
    ".yaml",
    ".yml",
    ".json",
    ".txt",
    ".gyp",
    "run",
  ];
  // A home folder or a work folder at the start of a path; URLs and relative paths have something before the slash.
  const machinePath = /(?<![\w.~)\]}:/-])\/(?:home|Users|root|work|mnt|tmp\/w)\/[\w.-]+/;
  const found = filesBelow(".", text).flatMap((path) =>
    read(path)
      .split("\n")
      .flatMap((line, index) => (machinePath.test(line) ? [`${path}:${index + 1}: ${line.trim().slice(0, 100)}`] : [])),
  );
  expect(found).toEqual([]);
});
