import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Database from "better-sqlite3";
import { afterAll, beforeAll, expect, it } from "vitest";
import { cli } from "./cli-io.js";

let folder: string;
const at = (name: string) => join(folder, name);
const lines = (values: readonly object[]) => values.map((value) => `${JSON.stringify(value)}\n`).join("");
const words = () => ["eval", "--evaluator", "wikisql", "--predictions", at("pred.jsonl"), "--gold", at("dev.jsonl")];

// Twenty tables of one text and one number; table i has i rows.
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "sqltune-cli-wikisql-"));
  const db = new Database(at("dev.db"));
  const ids = Array.from({ length: 20 }, (_, i) => `1-${i}-1`);
  for (const [i, id] of ids.entries()) {
    const name = `table_${id.replaceAll("-", "_")}`;
    db.exec(`CREATE TABLE ${name} (col0 text, col1 real)`);
    const insert = db.prepare(`INSERT INTO ${name} VALUES (?, ?)`);
    for (let row = 0; row < i; row++) insert.run(`name ${row}`, row);
  }
  db.close();
  const count = (sel: number) => ({ sel, agg: 3, conds: [] });
  await writeFile(at("dev.jsonl"), lines(ids.map((id) => ({ table_id: id, question: "How many?", sql: count(0) }))));
  await writeFile(at("tables.jsonl"), lines(ids.map((id) => ({ id, header: ["A", "B"], types: ["text", "real"] }))));
  // One without an answer, one that counts the other column (another form, the same result), one that is plain wrong.
  const answers = ids.map(() => ({ query: count(0) }) as object);
  answers.splice(0, 3, { error: "none" }, { query: count(1) }, { sql: "SELECT max(B) FROM t" });
  await writeFile(at("pred.jsonl"), lines(answers));
});
afterAll(() => rm(folder, { recursive: true }));

it("scores logical form and execution by WikiSQL's rules", async () => {
  const { code, out, err } = await cli([
    ...[...words(), "--tables", at("tables.jsonl"), "--databases", at("dev.db")],
    ...["--output", at("report.json")],
  ]);
  expect(code, err).toBe(0);
  expect(out).toBe(
    [
      "               questions   accuracy",
      "logical form          20     85.0 %",
      "execution             20     90.0 %",
      "",
    ].join("\n"),
  );
});

it("says what does not go together, all at once", async () => {
  const { code, err } = await cli([...words(), "--suites", folder]);
  expect(code).toBe(2);
  expect(err).toMatch(/--suites does not go with WikiSQL\.\n.*--tables FILE/);
});
