import { homedir } from "node:os";
import { join } from "node:path";
import { expandHome } from "./hub-environment.js";

/** Where sqltune keeps what is its own: SQLTUNE_CACHE, else XDG_CACHE_HOME/sqltune, else ~/.cache/sqltune. */
export function sqltuneCacheFolder(env: NodeJS.ProcessEnv = process.env): string {
  return expandHome(env.SQLTUNE_CACHE || join(env.XDG_CACHE_HOME || join(homedir(), ".cache"), "sqltune"));
}
