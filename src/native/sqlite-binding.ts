import { createRequire } from "node:module";
import { dirname, join, sep } from "node:path";
import { SqltuneError } from "../errors.js";
import { numberedFixes } from "./numbered-fixes.js";
import { runCommand } from "./run-command.js";

const require = createRequire(import.meta.url);

/** Why better-sqlite3 cannot open a database here; null when it can. Tried in a child: a bad binary may crash. */
export async function sqliteProblem(): Promise<string | null> {
  let entry: string;
  try {
    entry = require.resolve("better-sqlite3");
  } catch {
    return "the package better-sqlite3 is not installed";
  }
  const script = `new (require(${JSON.stringify(entry)}))(":memory:").prepare("select 1").get()`;
  const { code, output } = await runCommand(process.execPath, ["-e", script]);
  if (code === 0) return null;
  return output.split("\n").find((line) => /Error/.test(line)) ?? `the child process ended with ${code}`;
}

/** npm leaves install scripts out (--ignore-scripts, npm 12): this gets or builds better-sqlite3's binary. */
export async function rebuildSqlite(options: { onLine: (line: string) => void; signal?: AbortSignal }): Promise<void> {
  const problem = await sqliteProblem();
  if (problem === null) return;
  options.onLine(`better-sqlite3: ${problem}; running npm rebuild better-sqlite3`);
  const { code, output } = await runCommand("npm", ["rebuild", "better-sqlite3", "--ignore-scripts=false"], {
    cwd: projectOf(require.resolve("better-sqlite3/package.json")),
    signal: options.signal,
  });
  const left = code === 0 ? await sqliteProblem() : output.trim().split("\n").slice(-8).join("\n");
  if (left !== null) {
    throw new SqltuneError(
      numberedFixes(`The SQLite binding better-sqlite3 cannot be made to work: ${left}`, [
        "Check the network: its binary comes from GitHub, and is compiled where that fails",
        "Install a C++ compiler, make and Python 3, and run setup again",
      ]),
      { code: "ERR_SQLTUNE_SQLITE" },
    );
  }
}

/** The folder whose node_modules holds the file. */
function projectOf(file: string): string {
  const at = file.lastIndexOf(`${sep}node_modules${sep}`);
  return at === -1 ? dirname(file) : join(file.slice(0, at), ".");
}
