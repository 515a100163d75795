import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import Database from "better-sqlite3";
import type { DataOptions } from "../../src/data/options.js";

/** A temporary folder with files in it; `remove` deletes it. */
export function temporaryFolder(files: Record<string, string | Buffer> = {}) {
  const folder = mkdtempSync(join(tmpdir(), "sqltune-data-"));
  const write = (name: string, content: string | Buffer) => {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), content);
    return join(folder, name);
  };
  for (const [name, content] of Object.entries(files)) write(name, content);
  return {
    folder,
    write,
    database(name: string, ddl: string) {
      const file = write(name, "");
      const database = new Database(file);
      database.exec(ddl);
      database.close();
      return file;
    },
    remove: () => rmSync(folder, { recursive: true }),
  };
}

/** Options with sqltune's defaults, relative to `baseDir`; the Hub is out of reach unless given. */
export function options(baseDir: string, given: Partial<DataOptions>): DataOptions {
  return {
    datasetName: "jsonl",
    path: null,
    csv: null,
    databases: null,
    split: "auto",
    valSplitRatio: 0.1,
    seed: 42,
    maxTrainSamples: null,
    maxValSamples: null,
    strict: false,
    pipeline: null,
    baseDir,
    resolveDataset: () => Promise.reject(new Error("no hub in this test")),
    ...given,
  };
}

export const jsonLines = (rows: unknown[]): string => rows.map((row) => JSON.stringify(row)).join("\n");
