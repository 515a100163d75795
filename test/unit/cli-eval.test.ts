import { existsSync } from "node:fs";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runCli } from "../../src/cli/run-cli.js";
import { cli } from "./cli-io.js";
import { scoringFlags, writeScoringFiles } from "./scoring-files.js";

let folder: string;
const at = (...names: string[]) => join(folder, ...names);
const files = (predictions: string) => scoringFlags(folder, predictions);

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "sqltune-cli-eval-"));
  await writeScoringFiles(folder);
  const unknown = ["attic", "cellar", "attic", "shop"].map((db_id) => ({ question: "?", query: "SELECT 1", db_id }));
  await writeFile(at("other.json"), JSON.stringify(unknown));
});
afterAll(() => rm(folder, { recursive: true }));

describe("eval --predictions", () => {
  it("prints a table of every metric", async () => {
    const { code, out, err } = await cli(files("a.sql"));
    expect(code, err).toBe(0);
    expect(err).toContain("note: zoo (1 rows) has no suite, so that its one database judges.\n");
    expect(out.split("\n")).toEqual([
      "4 questions, a.sql",
      "",
      "              questions       em        ex       ts   string",
      "all                   4   25.0 %    50.0 %   25.0 %   25.0 %",
      "easy                  4   25.0 %    50.0 %   25.0 %   25.0 %",
      "simple                2   50.0 %    50.0 %   50.0 %   50.0 %",
      "filter                1    0.0 %     0.0 %    0.0 %    0.0 %",
      "aggregation           1    0.0 %   100.0 %    0.0 %    0.0 %",
      "",
      expect.stringMatching(/^why it is wrong +questions +easy$/),
      ...Array.from({ length: 3 }, () => expect.stringMatching(/^[a-z ]+ 1 +1$/)),
      "",
    ]);
  });

  it("prints one JSON object, and writes all files with --output; the last --output counts", async () => {
    const output = at("out/new/eval.json");
    const { code, out, err } = await cli([
      ...files("b.sql"),
      "--json",
      "--output",
      at("nowhere.json"),
      "--output",
      output,
    ]);
    expect(code, err).toBe(0);
    expect(existsSync(at("nowhere.json"))).toBe(false);
    const report = JSON.parse(out);
    expect(JSON.parse(await readFile(output, "utf8"))).toEqual(report);
    expect((await readdir(at("out/new"))).sort()).toEqual(
      ["eval.json", "gold.sql", "predictions.jsonl", "predictions.sql", "report.html", "report.md"].sort(),
    );
    expect(report.summary).toMatchObject({
      ...{ questions: 4, em: 0.75, ex: 0.75, ts: 0.75, exact_match: 0.75 },
      databases: { without_suite: { zoo: 1 } },
      definition: { evaluator: "test-suite", schemas: "tables.json", rules: { value_placeholder: true } },
    });
    expect(report.details[3]).toMatchObject({
      ...{ index: 3, id: "gold.json:3", question: "Which animals?", db_id: "zoo", hardness: "easy" },
      ...{ em: false, ex: false, ts: false, parsed: true, predicted: "SELECT price FROM item" },
      error: { kind: "wrong_column_selected", invented: [] },
    });
  });

  it("scores with what it is given: gold lines, databases alone, some rows, one metric", async () => {
    await writeFile(at("gold.sql"), "SELECT count(*) FROM item\tshop\r\nSELECT name FROM item\tshop\r\n");
    await writeFile(at("two.jsonl"), '{"sql": "SELECT count(*) FROM item"}\n{"sql": "SELECT name FROM items"}\n');
    const words = ["eval", "--predictions", at("two.jsonl"), "--gold", at("gold.sql"), "--json"];
    const all = await cli([...words, "--databases", at("db")]);
    expect(all.err).toContain("note: without --tables the schemas are those of the databases;");
    expect(JSON.parse(all.out).summary).toMatchObject({
      em: 0.5,
      ex: 0.5,
      ts: null,
      definition: { schemas: "schema catalogue" },
    });
    const first = await cli([...words, "--databases", at("db"), "--max-samples", "1", "--metrics", "EX"]);
    expect(JSON.parse(first.out).summary).toMatchObject({ questions: 1, em: null, em_judged: 0, ex: 1 });
    const text = await cli([...words, "--metrics", "string"]);
    expect(JSON.parse(text.out).summary).toMatchObject({ em: null, ex: null, exact_match: 0.5 });
  });

  it("follows Spider's first script with --evaluator spider", async () => {
    await writeFile(at("order.sql"), "SELECT count(*) FROM item\nSELECT name FROM item ORDER BY name DESC\n");
    await writeFile(at("order-gold.sql"), "SELECT count(*) FROM item\tshop\nSELECT name FROM item\tshop\n");
    const words = [
      "eval",
      "--predictions",
      at("order.sql"),
      "--gold",
      at("order-gold.sql"),
      "--databases",
      at("db"),
      "--json",
    ];
    const ex = async (...more: string[]) =>
      JSON.parse((await cli([...words, ...more])).out).details.map((it: { ex: boolean }) => it.ex);
    expect(await ex()).toEqual([true, true]);
    // It compares rows in their order, always.
    expect(await ex("--evaluator", "spider")).toEqual([true, false]);
  });

  it("stops at Ctrl-C, in the middle of a query, with 130 and without files", async () => {
    const endless = "WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c) SELECT max(x) FROM c";
    await writeFile(at("endless.sql"), `${endless}\n`.repeat(4));
    const interrupt = new AbortController();
    const [stdin, stdout, stderr] = [new PassThrough(), new PassThrough(), new PassThrough()];
    const words = [...files("endless.sql"), "--output", at("stopped", "eval.json")];
    const running = runCli({ words, stdin, stdout, stderr, signal: interrupt.signal });
    setTimeout(() => interrupt.abort(), 1500);
    expect(await running).toBe(130);
    expect(stderr.read()?.toString()).toContain("interrupted.");
    expect(existsSync(at("stopped"))).toBe(false);
  });

  it("says everything that is wrong with the files at once", async () => {
    await writeFile(at("short.sql"), "SELECT 1\n");
    await writeFile(at("broken.json"), "[{");
    const words = ["eval", "--predictions", at("short.sql"), "--gold", at("gold.json"), "--tables", at("broken.json")];
    const { code, err } = await cli([...words, "--databases", at("none"), "--suites", at("a.sql")]);
    expect(code).toBe(1);
    const lines = err.trimEnd().split("\n");
    expect(lines[0]).toBe("error: nothing was scored:");
    expect(lines[1]).toContain("short.sql has 1 predictions for 4 gold queries; one for each, in the same order");
    expect(lines[2]).toMatch(/broken\.json is no JSON/);
    expect(lines[3]).toMatch(/there is no folder .*none; it should hold DB\/DB\.sqlite or DB\.sqlite$/);
    expect(lines[4]).toMatch(/a\.sql is a file; a folder with DB\/\*\.sqlite was expected$/);
    expect(lines).toHaveLength(5);
  });

  it.each<[what: string, words: () => string[], code: number, text: RegExp]>([
    ["no gold", () => ["--predictions", at("a.sql")], 2, /--predictions needs --gold FILE/],
    [
      "no predictions",
      () => ["--gold", at("gold.json"), "--tables", at("tables.json")],
      2,
      /--gold, --tables belong to --predictions FILE, which is missing/,
    ],
    [
      "a model too",
      () => ["--predictions", at("a.sql"), "--gold", at("gold.json"), "--base"],
      2,
      /--base asks a model, --predictions scores a file/,
    ],
    [
      "ts without suites",
      () => ["--predictions", at("a.sql"), "--gold", at("gold.json"), "--metrics", "ts,ex"],
      2,
      /--metrics ts needs --suites DIR\.\n--metrics ex needs --databases DIR\./,
    ],
    ["a strange metric", () => [...files("a.sql").slice(1), "--metrics", "bleu"], 2, /bleu is no metric/],
    [
      "a strange evaluator",
      () => [...files("a.sql").slice(1), "--evaluator", "bird"],
      2,
      /--evaluator is bird, expected test-suite, spider or wikisql/,
    ],
    [
      "suites by the first script",
      () => [...files("a.sql").slice(1), "--evaluator", "spider"],
      2,
      /--evaluator spider has no test-suite accuracy/,
    ],
    [
      "an unknown database",
      () => ["--predictions", at("a.sql"), "--gold", at("other.json"), "--tables", at("tables.json")],
      1,
      /other\.json names databases that .*tables\.json does not have: attic, cellar/,
    ],
    [
      "a folder for a file",
      () => ["--predictions", at("db"), "--gold", at("gold.json")],
      1,
      /db is a folder; a file was expected\.$/m,
    ],
    [
      "no file",
      () => ["--predictions", at("no.sql"), "--gold", at("no.json")],
      1,
      /there is no file .*no\.json\n.*there is no file .*no\.sql/,
    ],
    [
      "output at a folder",
      () => [...files("a.sql").slice(1), "--output", at("db")],
      1,
      /--output .*db: that is a folder/,
    ],
  ])("refuses %s", async (_, words, exitCode, text) => {
    const { code, out, err } = await cli(["eval", ...words()]);
    expect(err).toMatch(text);
    expect([code, out]).toEqual([exitCode, ""]);
  });
});
