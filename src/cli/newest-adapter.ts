import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";

/**
 * The adapter that training finished last: the newest final_model in the run folders given, in outputs/ or in a run
 * folder directly below it. Null where there is none.
 */
export async function newestAdapter(runFolders: readonly string[] = []): Promise<string | null> {
  const below = await readdir("outputs", { withFileTypes: true }).catch(() => []);
  const runs = ["outputs", ...below.filter((entry) => entry.isDirectory()).map(({ name }) => join("outputs", name))];
  let newest: { folder: string; written: number } | null = null;
  for (const run of [...runFolders, ...runs]) {
    const folder = join(run, "final_model");
    const written = await stat(join(folder, "adapter_config.json")).then(
      ({ mtimeMs }) => mtimeMs,
      () => null,
    );
    if (written !== null && (newest === null || written > newest.written)) newest = { folder, written };
  }
  return newest?.folder ?? null;
}
