import { existsSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import Database from "better-sqlite3";
import ts from "typescript";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { writeTrainableModel } from "../native/train-fixture.js";
import { sharedPath } from "../unit/data-shared.js";
import { root, scratchFolder, sqltune } from "./compiled-cli.js";
import { codeBlocks, commands, pages, words } from "./markdown-code.js";

const folder = scratchFolder("docs");
afterAll(() => rmSync(folder, { recursive: true }));

// What keeps a documented command small here: a tiny model in the place of the one it names, and few rows.
const tiny = ["--set", "model.name=tiny-model", "--set", "model.device=cpu"];
const few = ["--set", "data.max_train_samples=32", "--set", "data.max_val_samples=4"];
const dry = [...tiny, ...few, "--dry-run"];
const short = ["--set", "inference.max_new_tokens=4"];

/** Commands that run here, in this order, with what is added to each: later ones ask what earlier ones trained. */
const run: { command: string; add?: string[] /** Needs Spider's data. */; spider?: true }[] = [
  {
    command:
      "npx sqltune train --set data.dataset_name=jsonl --set data.path=mine.jsonl --set project.output_dir=outputs/mine",
    add: [...tiny, "--set", "training.max_steps=1"],
  },
  {
    command:
      "npx sqltune train --set data.dataset_name=jsonl --set data.path=mine.jsonl --set project.output_dir=outputs/mine --dry-run",
    add: tiny,
  },
  { command: "npx sqltune lint --set data.dataset_name=jsonl --set data.path=mine.jsonl", add: tiny },
  { command: "npx sqltune eval --set data.dataset_name=jsonl --set data.path=mine.jsonl", add: [...tiny, ...short] },
  { command: 'npx sqltune infer --db shop.sqlite --question "How many orders are open?"', add: short },
  { command: "npx sqltune infer --examples", add: short },
  {
    command: 'npx sqltune infer --db shop.sqlite --question "Who bought most?" --select vote --samples 8 --repair 1',
    add: short,
  },
  {
    command: 'npx sqltune infer --db shop.sqlite --question "Who bought most?" --constrain schema --abstain-below 0.5',
    add: short,
  },
  {
    command: "npx sqltune train --config configs/spider.yaml --epochs 1 --set training.micro_batch_tokens=3000",
    add: [...tiny, ...few, ...short, "--set", "training.max_steps=1"],
    spider: true,
  },
  {
    command: "npx sqltune eval --config configs/spider.yaml --adapter outputs/spider/final_model --max-samples 260",
    add: [...tiny, ...few, ...short],
    spider: true,
  },
  {
    command: "npx sqltune eval --config configs/spider.yaml --output results/tuned/eval.json",
    add: [...tiny, ...few, ...short],
    spider: true,
  },
  {
    command: "npx sqltune eval --config configs/spider.yaml --base --output results/base/eval.json",
    add: [...tiny, ...few, ...short],
    spider: true,
  },
  { command: "npx sqltune compare results/base results/tuned --rows", spider: true },
  {
    command:
      "npx sqltune eval --config configs/spider.yaml --select first-executable --repair 1 --output results/checked/eval.json",
    add: [...tiny, ...few, ...short],
    spider: true,
  },
  {
    command:
      "npx sqltune eval --predictions predictions.sql --gold data/spider/dev.json --tables data/spider/tables.json --databases data/spider/database --suites data/spider-testsuite --output results/other/eval.json",
    add: ["--max-samples", "40"],
    spider: true,
  },
  {
    command: "npx sqltune eval --config configs/spider.yaml --base --max-samples 260",
    add: [...tiny, ...few, ...short],
    spider: true,
  },
  { command: "npx sqltune eval --config configs/spider.yaml", add: [...tiny, ...few, ...short], spider: true },
  { command: "npx sqltune train --config configs/spider.yaml --dry-run", add: [...tiny, ...few], spider: true },
  { command: "npx sqltune train --config configs/spider.yaml", add: dry, spider: true },
  {
    command:
      "npx sqltune train --config configs/spider.yaml --set training.num_epochs=1 --set lora.target_modules=[q_proj,v_proj]",
    add: dry,
    spider: true,
  },
  {
    command:
      "npx sqltune train --config configs/spider.yaml --set data.path=data/spider --set data.databases=data/spider/database",
    add: dry,
    spider: true,
  },
  {
    command: "npx sqltune train --config configs/config_spider.yaml --csv data/spider_text_sql.csv",
    add: dry,
    spider: true,
  },
  {
    command: "npx sqltune plan --config configs/spider.yaml",
    add: [...tiny, ...few, "--set", "training.per_device_train_batch_size=1"],
    spider: true,
  },
  { command: "npx sqltune lint" },
  { command: "npx sqltune lint --config configs/config_spider.yaml --against data/spider/dev.json", spider: true },
  { command: "npx sqltune doctor" },
];

/** Commands that another file runs, by the same verb and flags. */
const elsewhere: Record<string, string> = {
  "npx sqltune serve --db shop.sqlite": "test/e2e/serve.test.ts",
  "npx sqltune serve --adapter sales=outputs/sales/final_model --adapter outputs/mine/final_model --base":
    "test/e2e/serve.test.ts",
  "npx sqltune serve --data-dir uploads --cors https://app.example": "test/e2e/serve.test.ts",
  "npx sqltune serve --runs outputs --allow-training": "test/native/server-training.test.ts",
  "npx sqltune train --set data.dataset_name=jsonl --set data.path=uploads/feedback.jsonl":
    "test/unit/server-feedback.test.ts",
  "npx sqltune train --config configs/spider.yaml --detach": "test/e2e/runs.test.ts",
  "npx sqltune runs list": "test/e2e/runs.test.ts",
  "npx sqltune runs status": "test/e2e/runs.test.ts",
  "npx sqltune runs watch": "test/e2e/runs.test.ts",
  "npx sqltune runs stop": "test/e2e/runs.test.ts",
  "npx sqltune runs cancel": "test/e2e/runs.test.ts",
  "npx sqltune report --run outputs/spider": "test/e2e/runs.test.ts",
  "npx sqltune report --run outputs/spider --eval results/base --eval results/tuned --pdf":
    "test/browser/run-report-pdf.test.ts",
  "./run.sh serve": "test/e2e/run-script.test.ts",
  "./run.sh": "test/e2e/quickstart.test.ts",
  "./run.sh test": ".ci/run",
  "npx sqltune setup": "test/native/build.test.ts",
  "npx sqltune train --config configs/spider.yaml --resume": "test/e2e/cli-flow.test.ts",
  "npx sqltune pull TinyLlama/TinyLlama-1.1B-Chat-v1.0": "test/unit/hub-download.test.ts",
  "npx sqltune pull wikisql": "test/unit/hub-repo-files.test.ts",
  "npx sqltune pull sql-create-context": "test/unit/hub-repo-files.test.ts",
  "npx sqltune train --config configs/wikisql.yaml": "test/unit/data-pipelines.test.ts",
  "npx sqltune train --set data.dataset_name=sql-create-context": "test/unit/data-pipelines.test.ts",
};

describe("the commands of README.md and docs/", () => {
  const spider = sharedPath("data/spider");

  beforeAll(() => {
    writeTrainableModel(join(folder, "tiny-model"), { config: { maxPositionEmbeddings: 4096 } });
    symlinkSync(join(root, "configs"), join(folder, "configs"));
    mkdirSync(join(folder, "data"));
    if (spider) {
      symlinkSync(spider, join(folder, "data/spider"));
      symlinkSync(join(spider, "../spider-testsuite"), join(folder, "data/spider-testsuite"));
      // The gold as a system's predictions: what follows the tab is left out.
      symlinkSync(join(spider, "dev_gold.sql"), join(folder, "predictions.sql"));
      symlinkSync(join(spider, "spider_text_sql.csv"), join(folder, "data/spider_text_sql.csv"));
    }
    const shop = new Database(join(folder, "shop.sqlite"));
    shop.exec("CREATE TABLE orders (id INTEGER PRIMARY KEY, state TEXT)");
    shop.close();
    const row = { question: "How many orders are open?", sql: "SELECT count(*) FROM orders WHERE state = 'open'" };
    const rows = Array.from({ length: 12 }, (_, i) => ({
      ...row,
      question: `${row.question} ${i}`,
      db: "shop.sqlite",
    }));
    const lines = rows.map((it) => JSON.stringify({ ...it, schema: undefined }));
    writeFileSync(join(folder, "mine.jsonl"), `${lines.join("\n")}\n`);
  });

  it("all stand in one of the two tables above, and nothing else does", () => {
    const documented = [...new Set(pages.flatMap(commands))].sort();
    const listed = [...run.map(({ command }) => command), ...Object.keys(elsewhere)].sort();
    expect(documented.filter((command) => !listed.includes(command))).toEqual([]);
    expect(listed.filter((command) => !documented.includes(command))).toEqual([]);
    expect(Object.values(elsewhere).filter((file) => !existsSync(join(root, file)))).toEqual([]);
  });

  it.for(run)("$command", async ({ command, add = [], spider: needed }, { skip }) => {
    skip(needed === true && spider === null, "Spider's data is not there");
    const { code, stderr, stdout } = await sqltune([...words(command).slice(2), ...add], { cwd: folder });
    expect(code, stderr).toBe(0);
    expect(stdout.length).toBeGreaterThan(20);
  });
});

describe("the TypeScript of README.md and docs/", () => {
  it("compiles, every snippet by itself, against the types that are published", () => {
    const blocks = pages.flatMap(codeBlocks).filter(({ language }) => language === "ts");
    expect(blocks.length).toBeGreaterThan(12);
    // As files of this package that are not written: there "sqltune" names dist/index.d.ts, by package.json's exports.
    const names = blocks.map((_, i) => join(root, `test/e2e/snippet-${i}.ts`));
    const { config } = ts.readConfigFile(join(root, "tsconfig.json"), ts.sys.readFile);
    const { options } = ts.parseJsonConfigFileContent(config, ts.sys, root);
    Object.assign(options, { noUnusedLocals: false });
    const host = ts.createCompilerHost(options);
    const { readFile, fileExists } = host;
    const snippet = (name: string) => blocks[names.indexOf(resolve(name))]?.code;
    host.fileExists = (name) => snippet(name) !== undefined || fileExists(name);
    host.readFile = (name) => snippet(name) ?? readFile(name);
    host.getSourceFile = (name, version) => {
      const text = host.readFile(name);
      return text === undefined ? undefined : ts.createSourceFile(name, text, version);
    };
    const program = ts.createProgram(names, options, host);
    expect(program.getSourceFile(join(root, "dist/index.d.ts"))).toBeDefined();
    expect(program.getSourceFile(join(root, "src/index.ts"))).toBeUndefined();
    const errors = names.flatMap((name, i) => {
      const source = program.getSourceFile(name)!;
      const found = [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)];
      return found.map(({ start = 0, messageText }) => {
        const line = source.getLineAndCharacterOfPosition(start).line + 1;
        return `${blocks[i]!.where}, line ${line}: ${ts.flattenDiagnosticMessageText(messageText, " ")}`;
      });
    });
    expect(errors).toEqual([]);
  });
});
