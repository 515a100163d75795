import { stat } from "node:fs/promises";
import { join } from "node:path";

const PLACES = (folder: string, dbId: string) => [
  join(folder, dbId, `${dbId}.sqlite`),
  join(folder, `${dbId}.sqlite`),
  join(folder, dbId, `${dbId}.db`),
  join(folder, `${dbId}.db`),
];

/** The SQLite file of each database that has one in `folder`, as DB/DB.sqlite or DB.sqlite. */
export async function findDatabases(folder: string, dbIds: Iterable<string>): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  for (const dbId of dbIds) {
    for (const file of PLACES(folder, dbId)) {
      if ((await stat(file).catch(() => null))?.isFile()) {
        found.set(dbId, file);
        break;
      }
    }
  }
  return found;
}
