/**
 * `npm run bench:constrain`: which of Spider's gold queries the schema's automaton admits, whether random walks through it
 * prepare, and how long a mask and an admission take. See docs/constrained-decoding.md.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { loadAddon } from "../src/native/load.js";
import type { Addon } from "../src/native/types.js";
import { createTokenizer } from "../src/tokenizer/create-tokenizer.js";
import { readTokenizerFolder } from "../src/tokenizer/read-tokenizer-folder.js";
import { checkGold, type GoldRow } from "./constrain/check-gold.js";
import { schemaAutomata } from "./constrain/schema-automata.js";
import { walkRandomly } from "./constrain/walk-randomly.js";

const say = (line: string) => process.stdout.write(`${line}\n`);

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      spider: { type: "string", default: "../shared/data/spider" },
      model: { type: "string", multiple: true, default: [] },
      walks: { type: "string", default: "5" },
      seed: { type: "string", default: "1" },
      only: { type: "string" },
      addon: { type: "string" },
    },
  });
  const addon: Addon = values.addon
    ? ((await import(`./constrain/open-addon.js`)).openAddon(values.addon) as Addon)
    : loadAddon();
  const read = (file: string) => JSON.parse(readFileSync(join(values.spider, file), "utf8")) as GoldRow[];
  const sets = { train: read("train_spider.json"), "train, others": read("train_others.json"), dev: read("dev.json") };
  for (const folder of values.model) {
    const tokenizer = createTokenizer(await readTokenizerFolder(folder));
    const automata = schemaAutomata(addon, tokenizer, values.spider);
    for (const [name, rows] of Object.entries(sets)) {
      const wanted = values.only ? rows.filter((row) => row.db_id === values.only) : rows;
      const { ran, admitted, refused, microseconds } = checkGold(wanted, automata, tokenizer);
      say(
        `${folder}, gold of ${name}: ${admitted} of ${ran} that run are admitted, ${microseconds.toFixed(1)} us a token`,
      );
      for (const line of refused.slice(0, 25)) say(`  ${line}`);
    }
    const databases = [...new Set(Object.values(sets).flatMap((rows) => rows.map((row) => row.db_id)))].sort();
    const report = walkRandomly(
      values.only ? [values.only] : databases,
      automata,
      { each: Number(values.walks), seed: Number(values.seed) },
      tokenizer,
    );
    say(
      `${folder}: ${report.ended} of ${report.walks} random walks ended, ${report.prepared} of them prepare, ${report.stuck} were stuck; ` +
        `mask ${report.maskMicroseconds.toFixed(0)} us (median ${report.maskMedian.toFixed(0)}, largest ${report.maskMost.toFixed(0)}), ` +
        `accept ${report.acceptMicroseconds.toFixed(1)} us`,
    );
    for (const line of report.failures.slice(0, 30)) say(`  ${line}`);
  }
}

main().catch((error: unknown) => {
  process.stderr.write(`${(error as Error).stack ?? String(error)}\n`);
  process.exitCode = 1;
});
