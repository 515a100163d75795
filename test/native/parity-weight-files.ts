import { readdirSync } from "node:fs";
import { join } from "node:path";

/** The safetensors files of a model folder, shards in order. */
export function weightFilesOf(folder: string): string[] {
  return readdirSync(folder)
    .filter((name) => /^model.*\.safetensors$/.test(name))
    .sort()
    .map((name) => join(folder, name));
}
