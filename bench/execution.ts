/**
 * Seconds for execution and test-suite accuracy of whole prediction files, beside the official script's on the same files.
 *
 *   node --import jiti/register bench/execution.ts --shared ../shared [--python PYTHON --official DIR] [--processes 2]
 *
 * DIR holds taoyds/test-suite-sql-eval; PYTHON has its packages (sqlparse, nltk). The two sides take turns, file by file.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import yargs from "yargs";
import { createDatabasePool } from "../src/database/index.js";
import { ExecutionJudge, type ExecutionVerdict, findSuites } from "../src/eval/execution/index.js";

const options = yargs(process.argv.slice(2))
  .scriptName("npm run bench:execution --")
  .usage("$0\n\nSeconds for execution and test-suite accuracy of the oracle's prediction files.")
  .options({
    shared: {
      type: "string",
      default: process.env.SQLTUNE_SHARED ?? "../shared",
      describe: "folder of data/ and eval-oracle/",
    },
    python: { type: "string", describe: "a Python that has sqlparse and nltk: also times the official script" },
    official: { type: "string", describe: "checkout of taoyds/test-suite-sql-eval; goes with --python" },
    processes: { type: "number", default: 2, describe: "child processes that run queries" },
    systems: { type: "string", describe: "parts of the names of the systems to judge; default: all" },
  })
  .implies({ python: "official", official: "python" })
  .strict()
  .version(false)
  .wrap(120)
  .parseSync();
const shared = resolve(options.shared);
const goldFile = join(shared, "data/spider/dev_gold.sql");
const gold = lines(goldFile).map((line) => line.split("\t") as [sql: string, dbId: string]);
const folders = { ex: join(shared, "data/spider/database"), ts: join(shared, "data/spider-testsuite") };
const suites = await findSuites(folders.ts);
const oracle = JSON.parse(readFileSync(join(shared, "eval-oracle/official_per_example.json"), "utf8")) as {
  systems: Record<string, { ex: number[]; ts: number[] | null }>;
};
const names = Object.keys(oracle.systems)
  .filter((name) => oracle.systems[name]!.ts !== null)
  .filter((name) => options.systems?.split(",").some((part) => name.includes(part)) ?? true);

/** A folder for the script, where a database without a suite stands beside the suites. */
const scriptSuites = mkdtempSync(join(tmpdir(), "sqltune-suites-"));
for (const id of new Set(gold.map(([, dbId]) => dbId))) {
  symlinkSync(join(suites.has(id) ? folders.ts : folders.ex, id), join(scriptSuites, id));
}

try {
  for (const metric of ["ex", "ts"] as const) {
    // One pool for all files: the first starts it, the others find the golds' results where they fit in memory.
    await using pool = createDatabasePool({ size: options.processes });
    for (const name of names) {
      const predictions = join(shared, "eval-oracle", `${name}.sql`);
      const started = performance.now();
      const apart = disagreements(await judge(metric, predictions, pool), oracle.systems[name]![metric]!, metric);
      const ours = (performance.now() - started) / 1000;
      const theirs = options.python && options.official ? runScript(metric, predictions) : null;
      const line = { metric, system: name, seconds: round(ours), official: theirs && round(theirs), apart };
      process.stdout.write(`${JSON.stringify(line)}\n`);
    }
  }
} finally {
  rmSync(scriptSuites, { recursive: true });
}

function judge(metric: "ex" | "ts", path: string, pool: ReturnType<typeof createDatabasePool>) {
  const execution = new ExecutionJudge(pool, { rules: { valuePlaceholder: true } });
  const predicted = lines(path).map((line) => line.split("\t")[0]!.trim());
  return Promise.all(
    gold.map(([sql, dbId], i) => {
      const database = join(folders.ex, dbId, `${dbId}.sqlite`);
      const suite = metric === "ts" ? (suites.get(dbId) ?? [database]) : undefined;
      return execution.judge({ gold: sql, predicted: predicted[i]!, database, suite });
    }),
  );
}

function disagreements(verdicts: ExecutionVerdict[], expected: number[], metric: "ex" | "ts"): number {
  return verdicts.filter((verdict, i) => verdict[metric] !== (expected[i] === 1)).length;
}

/** Wall time of the whole script, its start included as in ours. */
function runScript(metric: "ex" | "ts", predictions: string): number {
  const db = metric === "ex" ? folders.ex : scriptSuites;
  const started = performance.now();
  const args = ["evaluation.py", "--gold", goldFile, "--pred", predictions, "--db", db, "--etype", "exec"];
  const { status, stderr } = spawnSync(options.python!, args, { cwd: resolve(options.official!), encoding: "utf8" });
  if (status !== 0) throw new Error(`the official script failed: ${stderr.slice(-500)}`);
  return (performance.now() - started) / 1000;
}

function lines(path: string): string[] {
  return readFileSync(path, "utf8")
    .split("\n")
    .filter((line) => line.trim() !== "");
}

function round(seconds: number): number {
  return Math.round(seconds * 100) / 100;
}
