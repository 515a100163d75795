/** Writes data/: `npx jiti scripts/sample-data/main.ts [folder]`. */
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { readme } from "./readme.js";
import { makeSample } from "./sample.js";

const folder = resolve(process.argv[2] ?? join(import.meta.dirname, "../../data"));
const sample = makeSample();
const out = join(folder, "sample");
rmSync(out, { recursive: true, force: true });

let bytes = 0;
for (const [id, db] of sample.databases) {
  mkdirSync(join(out, "database", id), { recursive: true });
  const file = db.serialize();
  bytes += file.length;
  writeFileSync(join(out, "database", id, `${id}.sqlite`), file);
}

const json = (value: unknown) => `${JSON.stringify(value, null, 1)}\n`;
for (const [split, questions] of Object.entries(sample.questions))
  writeFileSync(join(out, `${split}.json`), json(questions));
writeFileSync(join(out, "tables.json"), json(sample.tables));
writeFileSync(join(out, "gold.sql"), sample.questions.test.map(({ query, db_id }) => `${query}\t${db_id}\n`).join(""));
writeFileSync(join(folder, "README.md"), readme(sample));

const count = Object.values(sample.questions).flat().length;
console.log(`${count} questions on ${sample.databases.size} databases (${Math.round(bytes / 1024)} KiB) in ${out}`);
