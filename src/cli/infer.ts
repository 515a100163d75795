import { createInterface } from "node:readline/promises";
import type { CommandModule } from "yargs";
import {
  type Answer,
  createEngine,
  type Engine,
  exampleQuestions,
  type Question,
  samplingFromConfig,
} from "../infer/index.js";
import { readSchemaArgument } from "../schema/read-schema-argument.js";
import { readBatchFile } from "./batch-file.js";
import { configFlags, configFromFlags } from "./config-flags.js";
import { type CliIo, createPrinter, type Printer } from "./io.js";
import { type ModelFlags, modelFlags, modelFromFlags } from "./model-flags.js";
import { flag, text } from "./options.js";
import { usageError } from "./usage-error.js";

interface InferFlags extends ModelFlags {
  question?: string;
  schema?: string;
  db?: string;
  interactive?: boolean;
  examples?: boolean;
  batch?: string;
  json?: boolean;
}

export function inferVerb(io: CliIo): CommandModule<unknown, InferFlags> {
  return {
    command: "infer",
    describe: "turn questions into SQL",
    builder: (y) =>
      y
        .options({
          ...modelFlags,
          question: text("the question"),
          schema: text("schema: DDL, a TABLE: line, a file of either, or @file.sqlite"),
          db: text("SQLite file to take the schema from"),
          interactive: flag("ask until the input ends"),
          examples: flag("ask four example questions"),
          batch: text("file of questions: one a line, or JSON lines {question, schema | db}"),
          ...configFlags,
        })
        .conflicts("schema", "db")
        .conflicts("adapter", "base")
        .example('$0 infer --db shop.sqlite --question "How many orders are open?"', "ask about a database")
        .example(
          '$0 infer --schema "TABLE: singer ( name (text), age (int) )" --question "Who is the oldest?"',
          "ask about a schema",
        )
        .example("$0 infer --db shop.sqlite --interactive", "ask one question after the other")
        .example(
          "$0 infer --batch questions.txt --db shop.sqlite --json",
          "JSON lines for a file of questions",
        ) as never,
    handler: (flags) => runInfer(flags, io),
  };
}

async function runInfer(flags: InferFlags, io: CliIo): Promise<void> {
  const print = createPrinter(io, flags.json === true);
  const modes = [flags.question !== undefined, flags.interactive, flags.examples, flags.batch !== undefined];
  if (modes.filter(Boolean).length !== 1) {
    throw usageError("expected one of --question, --interactive, --examples and --batch. See sqltune infer --help.");
  }
  // Everything a typing mistake can spoil is read before the model is loaded.
  const shared = await schemaFromFlags(flags);
  const questions = await questionsFromFlags(flags, shared);
  const config = await configFromFlags(flags, [], print);
  const sampling = { ...samplingFromConfig(config.inference), seed: config.project.seed };
  using model = await modelFromFlags(flags, config, print, io);
  using engine = await createEngine({ model, batchSize: config.inference.batch_size, ...sampling });
  for (const warning of engine.warnings) print.note(`warning: ${warning}`);
  if (questions === null) await converse(engine, shared, print, io);
  else if (questions.length === 1)
    show(print, questions[0]!, await engine.generate({ ...questions[0]!, signal: io.signal }));
  else await answerAll(engine, questions, print, io);
}

async function schemaFromFlags({ schema, db }: InferFlags): Promise<Omit<Question, "question">> {
  if (schema === undefined && db === undefined) return {};
  return { schema: await readSchemaArgument(schema ?? `@${db}`) };
}

/** Null for a dialogue. */
async function questionsFromFlags(flags: InferFlags, shared: Omit<Question, "question">): Promise<Question[] | null> {
  if (flags.examples) return exampleQuestions.map(({ question, schema }) => ({ question, schema }));
  if (flags.batch !== undefined) return readBatchFile(flags.batch, shared);
  if (flags.question?.trim() === "") throw usageError("--question is empty, expected a question.");
  return flags.question === undefined ? null : [{ ...shared, question: flags.question }];
}

/** Answers come batch by batch; they are shown in the order of the questions, each as soon as those before it are. */
async function answerAll(engine: Engine, questions: readonly Question[], print: Printer, io: CliIo): Promise<void> {
  const waiting = new Map<number, Answer>();
  let next = 0;
  const onAnswer = (answer: Answer, index: number) => {
    waiting.set(index, answer);
    for (let ready = waiting.get(next); ready; ready = waiting.get(next)) {
      show(print, questions[next]!, ready);
      waiting.delete(next++);
    }
  };
  await engine.generateBatch(questions, { signal: io.signal, onAnswer });
}

async function converse(engine: Engine, shared: Omit<Question, "question">, print: Printer, io: CliIo): Promise<void> {
  const onTerminal = io.stdin.isTTY === true && !print.json;
  const lines = createInterface({ input: io.stdin, output: onTerminal ? io.stdout : undefined, prompt: "question> " });
  io.signal.addEventListener("abort", () => lines.close(), { once: true });
  // readline takes Ctrl-C on a terminal for itself; it ends the dialogue as it would end the program.
  lines.once("SIGINT", () => lines.close());
  if (onTerminal) {
    print.note("Ask a question; an empty line or Ctrl-D ends.");
    lines.prompt();
  }
  for await (const line of lines) {
    const question = line.trim();
    if (question === "" && onTerminal) break;
    if (question !== "") {
      const asked = { ...shared, question };
      show(print, asked, await engine.generate({ ...asked, signal: io.signal }));
    }
    if (onTerminal) lines.prompt();
  }
  lines.close();
}

function show(print: Printer, { question }: Question, answer: Answer): void {
  const latency = Math.round(answer.timings.totalMs);
  const end = answer.finishReason === "stop" ? "" : `, ${answer.finishReason.replaceAll("_", " ")}`;
  print.text(
    `Question:   ${question}\nSQL:        ${answer.sql}\nConfidence: ${answer.confidence.toFixed(3)}\nLatency:    ${latency} ms (${answer.tokens.length} tokens${end})\n`,
  );
  print.record({
    question,
    sql: answer.sql,
    confidence: answer.confidence,
    tokens: answer.tokens.length,
    finish_reason: answer.finishReason,
    latency_ms: latency,
  });
}
