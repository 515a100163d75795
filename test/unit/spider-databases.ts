import { existsSync } from "node:fs";
import Database from "better-sqlite3";
import { readSqliteSchema } from "../../src/schema/read-sqlite-schema.js";
import type { Schema } from "../../src/schema/types.js";

/** Spider's databases below `spider`, each opened once; null for those that are absent. */
export function spiderDatabases(spider: string | null) {
  const open = new Map<string, { database: Database.Database; schema: Schema } | null>();
  return (dbId: string) => {
    const file = `${spider}/database/${dbId}/${dbId}.sqlite`;
    if (!open.has(dbId)) {
      const there = existsSync(file);
      open.set(
        dbId,
        there ? { database: new Database(file, { readonly: true }), schema: readSqliteSchema(file) } : null,
      );
    }
    return open.get(dbId)!;
  };
}
