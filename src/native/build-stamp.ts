import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { addonFile } from "./package-root.js";

/** build/Release/sqltune.json, which CMake writes beside the addon. */
export interface BuildStamp {
  /** Full version of the libtorch it was built against, e.g. "2.13.0+cpu". */
  torch: string;
  /** The std::string ABI of that libtorch; 0 before 2.7. */
  cxx11Abi: 0 | 1;
  /** The torch folder whose lib/ the addon loads its libraries from. */
  torchDir: string;
}

export const stampFile = (addon = addonFile) => join(dirname(addon), "sqltune.json");

/** Null when there is none, or none that can be read. */
export function readBuildStamp(addon = addonFile): BuildStamp | null {
  try {
    const stamp = JSON.parse(readFileSync(stampFile(addon), "utf8")) as BuildStamp;
    return typeof stamp.torch === "string" && typeof stamp.torchDir === "string" ? stamp : null;
  } catch {
    return null;
  }
}

/**
 * The hash of sources and settings (buildInputs) that the addon was built from, as `setup` left it when the build was
 * done; null when something else built it, or when it was cut off.
 */
export function readInputs(addon = addonFile): string | null {
  try {
    return readFileSync(inputsFile(addon), "utf8").trim();
  } catch {
    return null;
  }
}

export const inputsFile = (addon = addonFile) => join(dirname(addon), "inputs.sha256");
