import { createDatabasePool } from "../database/index.js";
import {
  checkOutput,
  readWikiSqlPredictions,
  readWikiSqlRows,
  readWikiSqlTables,
  wikiSqlScores,
} from "../eval/index.js";
import { writeFileAtomic } from "../observe/atomic-file.js";
import { align, percent } from "./align.js";
import type { PredictionEvalFlags } from "./eval-predictions.js";
import { type CliIo, createPrinter } from "./io.js";
import { usageError } from "./usage-error.js";

/** Scores a system's file on WikiSQL by its own evaluate.py: logical form, and execution where its database is given. */
export async function runWikiSqlEval(flags: PredictionEvalFlags, io: CliIo): Promise<void> {
  const { predictions, gold, tables, databases: database, output, json } = flags;
  const problems = (["suites", "metrics", "plugValue", "keepDistinct", "maxSamples"] as const)
    .filter((name) => flags[name] !== undefined && flags[name] !== false)
    .map((name) => `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)} does not go with WikiSQL.`);
  if (tables === undefined) problems.push("--evaluator wikisql needs --tables FILE, WikiSQL's dev.tables.jsonl.");
  if (problems.length > 0 || tables === undefined) throw usageError(problems.join("\n"));
  const print = createPrinter(io, json === true);
  if (output !== undefined) await checkOutput(output);
  await using pool = createDatabasePool();
  const report = await wikiSqlScores(await readWikiSqlRows(gold), await readWikiSqlPredictions(predictions), {
    ...{ tables: await readWikiSqlTables(tables), database, pool },
    signal: io.signal,
  });
  if (output !== undefined) {
    await writeFileAtomic(output, `${JSON.stringify(report, null, 2)}\n`);
    print.note(`written: ${output}`);
  }
  const { questions, lf_accuracy, ex_accuracy, ex_judged } = report.summary;
  const rows = [
    ["", "questions", "accuracy"],
    ["logical form", String(questions), percent(lf_accuracy)],
    ["execution", String(ex_judged), percent(ex_accuracy)],
  ];
  print.text(align(rows));
  if (database === undefined) print.note("note: no execution accuracy without --databases FILE, WikiSQL's dev.db.");
  print.record(report);
}
