import { createInterface } from "node:readline/promises";
import type { CommandModule } from "yargs";
import { type Answer, createEngine, type Engine, exampleQuestions, type Question } from "../infer/index.js";
import { readSchemaArgument } from "../schema/read-schema-argument.js";
import { type AnswerFlags, answerFlags, checkAnswerFlags, engineFromFlags, needsDatabase } from "./answer-flags.js";
import { readBatchFile } from "./batch-file.js";
import { configFlags, configFromFlags } from "./config-flags.js";
import { type CliIo, createPrinter, type Printer } from "./io.js";
import { type ModelFlags, modelFlags, modelFromFlags } from "./model-flags.js";
import { flag, text } from "./options.js";
import { showAnswer } from "./show-answer.js";
import { usageError } from "./usage-error.js";

interface InferFlags extends ModelFlags, AnswerFlags {
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
          db: text("SQLite file to take the schema from, and to run answers on"),
          interactive: flag("ask until the input ends"),
          examples: flag("ask four example questions"),
          batch: text("file of questions: one a line, or JSON lines {question, schema | db}"),
          ...answerFlags,
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
          '$0 infer --db shop.sqlite --question "Who bought most?" --select vote --repair 1',
          "take the result that most of five candidates give",
        )
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
  checkAnswerFlags(flags);
  const shared = await schemaFromFlags(flags);
  const questions = await questionsFromFlags(flags, shared);
  const config = await configFromFlags(flags, [], print);
  const answering = engineFromFlags(flags, config);
  const asked = flags.select !== undefined || flags.repair !== undefined;
  const need = asked ? needsDatabase(answering) : null;
  if (need !== null && (questions ?? [shared]).every(({ database }) => database === undefined)) {
    throw usageError(`${need}: give --db FILE.`);
  }
  using model = await modelFromFlags(flags, config, print, io);
  // With a database at hand it is worth knowing whether an answer runs there.
  await using engine = await createEngine({ ...answering, model, check: true });
  for (const warning of engine.warnings) print.note(`warning: ${warning}`);
  if (questions === null) await converse(engine, shared, print, io);
  else if (questions.length === 1)
    showAnswer(print, questions[0]!.question, await engine.generate({ ...questions[0]!, signal: io.signal }));
  else await answerAll(engine, questions, print, io);
}

async function schemaFromFlags({ schema, db }: InferFlags): Promise<Omit<Question, "question">> {
  if (schema === undefined && db === undefined) return {};
  const read = await readSchemaArgument(schema ?? `@${db}`);
  return { schema: read, ...(db === undefined ? {} : { database: db }) };
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
      showAnswer(print, questions[next]!.question, ready);
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
      showAnswer(print, question, await engine.generate({ ...asked, signal: io.signal }));
    }
    if (onTerminal) lines.prompt();
  }
  lines.close();
}
