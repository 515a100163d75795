import { readdir } from "node:fs/promises";
import { basename, extname, join } from "node:path";
import { SqltuneError } from "../errors.js";
import { ROW_FILE_EXTENSIONS } from "./read-rows.js";

export interface SplitFiles {
  train: string[];
  validation: string[];
  test: string[];
}

const SPLIT_NAMES: Record<keyof SplitFiles, RegExp> = {
  train: /^train(?:ing)?(?=[-_.]|$)/i,
  validation: /^(?:validation|valid|val|dev)(?=[-_.]|$)/i,
  test: /^test(?=[-_.]|$)/i,
};

/**
 * Files of each split in a folder and the two levels below it, by the names the Hub uses: train.csv, dev.jsonl,
 * data/validation-00000-of-00001.parquet. Parts of one split come back sorted.
 * @throws SqltuneError naming what the folder holds when no training file is there.
 */
export async function findSplitFiles(folder: string): Promise<SplitFiles> {
  const files = await rowFilesBelow(folder, 2);
  const ofSplit = (split: keyof SplitFiles) => {
    const named = files.filter((file) => SPLIT_NAMES[split].test(basename(file)) && !/\.tables\.jsonl$/i.test(file));
    // The same rows may lie there in two formats: the first one found is taken.
    return named.filter((file) => extname(file) === extname(named[0]!));
  };
  const split = { train: ofSplit("train"), validation: ofSplit("validation"), test: ofSplit("test") };
  if (split.train.length === 0) {
    const found = files.map((file) => basename(file)).slice(0, 10);
    throw new SqltuneError(
      `${folder} has no training file. Found: ${found.join(", ") || "nothing readable"}. Expected train.jsonl (or ${ROW_FILE_EXTENSIONS.join(", ")}), and beside it validation and test files if you have them.`,
      { code: "ERR_DATA" },
    );
  }
  return split;
}

/** Row files in a folder, sorted by path, nearer ones first; hidden folders are passed over. */
export async function rowFilesBelow(folder: string, depth: number): Promise<string[]> {
  const entries = (await readdir(folder, { withFileTypes: true })).sort((a, b) => (a.name < b.name ? -1 : 1));
  const files: string[] = [];
  const folders: string[] = [];
  for (const entry of entries) {
    const path = join(folder, entry.name);
    if (entry.name.startsWith(".")) continue;
    if (entry.isDirectory()) folders.push(path);
    // The hub's cache links its files, so a link counts as a file.
    else if (ROW_FILE_EXTENSIONS.includes(extname(entry.name).toLowerCase())) files.push(path);
  }
  if (depth > 0) for (const below of folders) files.push(...(await rowFilesBelow(below, depth - 1)));
  return files;
}
