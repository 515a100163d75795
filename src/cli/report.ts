import { join } from "node:path";
import type { CommandModule } from "yargs";
import { writeFileAtomic } from "../observe/atomic-file.js";
import { findChromium, printPdf, runReport } from "../report/index.js";
import { findRun } from "../runs/index.js";
import { type CliIo, createPrinter } from "./io.js";
import { flag, text } from "./options.js";
import { usageError } from "./usage-error.js";

interface ReportFlags {
  run?: string;
  runs: string;
  output?: string;
  eval?: string[];
  pdf?: boolean;
  json?: boolean;
}

export function reportVerb(io: CliIo): CommandModule<unknown, ReportFlags> {
  return {
    command: "report",
    describe: "write what a run trained, how it went and what came of it, as HTML and PDF",
    builder: (y) =>
      y
        .options({
          run: text("run folder, or its name in --runs; without it the one that runs, else the last started"),
          runs: text("folder that holds the run folders", { default: "outputs" }),
          output: text("HTML file to write; without it run-report.html in the run folder"),
          eval: {
            type: "string",
            array: true,
            requiresArg: true,
            describe: "an eval.json, or the folder that holds it, besides those in the run folder (may be repeated)",
          },
          pdf: flag("print a PDF beside it, with a Chromium of this machine"),
        })
        .example("$0 report --run outputs/spider", "outputs/spider/run-report.html")
        .example(
          "$0 report --run outputs/spider --eval results/base --eval results/tuned --pdf",
          "with results, and as a PDF",
        ) as never,
    handler: (flags) => report(flags, io),
  };
}

async function report(flags: ReportFlags, io: CliIo): Promise<void> {
  const print = createPrinter(io, flags.json === true);
  const run = await findRun(flags.run, flags.runs);
  const output = flags.output ?? join(run.folder, "run-report.html");
  if (!/\.html?$/i.test(output)) {
    throw usageError(`--output ${output}: expected a name that ends in .html; the PDF stands beside it.`);
  }
  // Whether there is a Chromium is known before anything is written.
  const chromium = flags.pdf ? findChromium() : undefined;
  const page = await runReport(run.folder, { evals: flags.eval ?? [] });
  await writeFileAtomic(output, page);
  const pdf = chromium === undefined ? null : output.replace(/\.html?$/i, ".pdf");
  if (pdf !== null) await printPdf(page, pdf, { chromium, signal: io.signal });
  print.record({ run: run.folder, html: output, pdf });
  print.text([`Report:     ${output}`, ...(pdf === null ? [] : [`PDF:        ${pdf}`])].join("\n"));
}
