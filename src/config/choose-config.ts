import { access } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** The config used when none is named: `./sqltune.yaml` where there is one, else the quickstart's. */
export async function chooseConfig(folder = "."): Promise<{ file: string; reason: string }> {
  const own = join(folder, "sqltune.yaml");
  const there = await access(own).then(
    () => true,
    () => false,
  );
  if (there) return { file: own, reason: "found in this folder" };
  return { file: quickstartConfig, reason: "the quickstart's, for want of --config and ./sqltune.yaml" };
}

/** configs/quickstart.yaml of this package. */
export const quickstartConfig = fileURLToPath(new URL("../../configs/quickstart.yaml", import.meta.url));
