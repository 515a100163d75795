import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** The folder of package.json: src/native and dist/native lie equally deep in it. */
export const packageRoot = fileURLToPath(new URL("../../", import.meta.url)).replace(/[\\/]$/, "");

/** The addon as cmake-js builds it. */
export const addonFile = join(packageRoot, "build", "Release", "sqltune.node");
