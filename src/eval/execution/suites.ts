import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { SqltuneError } from "../../errors.js";

/**
 * The test suites in a folder as the official script finds them: DIR/db_id/ with every file whose name contains ".sqlite".
 * @returns paths by database id, in the order of their names
 * @throws SqltuneError when the folder is absent or holds no suite
 */
export async function findSuites(folder: string): Promise<Map<string, string[]>> {
  const entries = await readdir(folder, { withFileTypes: true }).catch((error: NodeJS.ErrnoException) => {
    throw new SqltuneError(`the folder of test suites, ${folder}, cannot be read: ${error.message}`, { cause: error });
  });
  const suites = new Map<string, string[]>();
  for (const { name } of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const path = join(folder, name);
    if (!(await stat(path)).isDirectory()) continue;
    const files = (await readdir(path)).filter((file) => file.includes(".sqlite")).sort();
    if (files.length > 0) {
      suites.set(
        name,
        files.map((file) => join(path, file)),
      );
    }
  }
  if (suites.size > 0) return suites;
  throw new SqltuneError(
    `${folder} holds no test suites; expected a folder for each database, with its SQLite files: DB_ID/*.sqlite`,
  );
}
