import { createRequire } from "node:module";

/** This package's version, as written to sqltune.json and run.json. */
export const sqltuneVersion: string = (createRequire(import.meta.url)("../../package.json") as { version: string })
  .version;
