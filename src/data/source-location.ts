import { stat } from "node:fs/promises";
import { join, relative, resolve } from "node:path";
import { SqltuneError } from "../errors.js";
import { sha256File } from "./checksum.js";
import type { DataOptions } from "./options.js";

/** A data set's place on this disk, and the name that place goes by in run.json. */
export interface SourceLocation {
  /** Absolute path of a folder or a file. */
  path: string;
  isFile: boolean;
  /** The path as configured, or "hub:ID" for the hub's copy: what stays the same on another machine. */
  label: string;
}

export interface SourceOrigin {
  /** Hub id of the data set; null when the Hub does not have it. */
  datasetId: string | null;
  /** Used when no path is set: the bundled sample. */
  bundled?: string;
  /** Where the data comes from and where to put it, for the error when it is not there. */
  advice: string;
}

/** @throws SqltuneError naming where the data comes from when nothing is there. */
export async function locateSource(options: DataOptions, origin: SourceOrigin): Promise<SourceLocation> {
  const found = async (path: string, label: string): Promise<SourceLocation> => {
    const stats = await stat(path).catch(() => null);
    if (stats !== null) return { path, isFile: stats.isFile(), label };
    throw new SqltuneError(`There is no ${path} (data set ${options.datasetName}). ${origin.advice}`, {
      code: "ERR_DATA",
    });
  };
  if (options.path !== null) return found(resolve(options.baseDir, options.path), options.path);
  if (origin.bundled !== undefined) return found(origin.bundled, options.datasetName);
  if (origin.datasetId === null) {
    throw new SqltuneError(`Data set ${options.datasetName} needs data.path. ${origin.advice}`, { code: "ERR_DATA" });
  }
  return found(await options.resolveDataset(origin.datasetId), `hub:${origin.datasetId}`);
}

/** sha256 of the files by their labels, in the order given. */
export async function checksumsOf(location: SourceLocation, files: string[]): Promise<Record<string, string>> {
  const checksums: Record<string, string> = {};
  for (const file of files) checksums[labelOf(location, file)] = await sha256File(file);
  return checksums;
}

function labelOf(location: SourceLocation, file: string): string {
  return location.isFile ? location.label : join(location.label, relative(location.path, file)).replaceAll("\\", "/");
}
