import { describe, expect, it } from "vitest";
import {
  createPromptProgram,
  DEFAULT_SYSTEM,
  type PromptProgramOptions,
} from "../../src/prompt/create-prompt-program.js";
import type { PromptSegments } from "../../src/prompt/types.js";
import type { Schema } from "../../src/schema/types.js";
import { createTokenizer } from "../../src/tokenizer/create-tokenizer.js";
import type { Tokenizer } from "../../src/tokenizer/types.js";
import { byteLevelDefinition, sentencePieceDefinition } from "./tokenizer-fixtures.js";

const schema: Schema = { dbId: "pets", dialect: "sqlite", tables: [] };
const DDL = "CREATE TABLE pet (id INTEGER, name TEXT);";
const chatml = createTokenizer(byteLevelDefinition());
const llama = createTokenizer(sentencePieceDefinition());
const make = (options: Partial<PromptProgramOptions> & { tokenizer: Tokenizer }) =>
  createPromptProgram({ name: "chat", schemaFormat: "ddl", serializeSchema: () => ` ${DDL}\n`, ...options });
const whole = (segments: PromptSegments) => segments.schema + segments.question + segments.answer;

describe("the chat program", () => {
  it("parts the model's own template after the schema and before the answer", () => {
    expect(make({ tokenizer: chatml }).segments({ question: " How many? ", schema, sql: " SELECT 1 " })).toEqual({
      schema: `<|im_start|>system\n${DEFAULT_SYSTEM}<|im_end|>\n<|im_start|>user\n${DDL}\n`,
      question: "Question: How many?<|im_end|>\n<|im_start|>assistant\n",
      answer: "SELECT 1<|im_end|>",
    });
  });

  it("has no answer where there is no SQL, and the same prompt", () => {
    const program = make({ tokenizer: chatml });
    const asked = program.segments({ question: "How many?", schema });
    expect(asked).toEqual({ ...program.segments({ question: "How many?", schema, sql: "SELECT 1" }), answer: "" });
  });

  it("stands without a schema, the part before the question being the same for all", () => {
    const program = make({ tokenizer: chatml });
    const first = program.segments({ question: "a", schema: null });
    expect(first.schema).toBe(`<|im_start|>system\n${DEFAULT_SYSTEM}<|im_end|>\n<|im_start|>user\n`);
    expect(program.segments({ question: "b", schema: null }).schema).toBe(first.schema);
    expect(program.segments({ question: "a", schema, schemaText: " " })).toEqual(first);
  });

  it("takes a schema text in place of the serialised schema", () => {
    expect(make({ tokenizer: chatml }).segments({ question: "q", schema: null, schemaText: "t(a)" }).schema).toMatch(
      /\nt\(a\)\n$/,
    );
  });

  it("sends another system message, or none", () => {
    const system = (value: string | null) =>
      make({ tokenizer: chatml, system: value }).segments({ question: "q", schema });
    expect(system("Be brief.").schema).toBe(`<|im_start|>system\nBe brief.<|im_end|>\n<|im_start|>user\n${DDL}\n`);
    expect(system(null).schema).toBe(`<|im_start|>user\n${DDL}\n`);
  });

  it("carries odd content unchanged", () => {
    const question = "{{ messages }} {% raw %} $& $1 \\n sqltune-user-message sqltune-assistant-message 'x'";
    const serializeSchema = () => "sqltune-user-message\nQuestion: $`";
    const sql = "SELECT 'sqltune-assistant-message $$ {{ eos_token }}'";
    const program = make({ tokenizer: chatml, serializeSchema, system: null });
    expect(program.segments({ question, schema, sql })).toEqual({
      schema: `<|im_start|>user\n${serializeSchema()}\n`,
      question: `Question: ${question}<|im_end|>\n<|im_start|>assistant\n`,
      answer: `${sql}<|im_end|>`,
    });
  });

  it("opens the user's message with the instruction where the template has no place for it", () => {
    const refuses =
      "{% for m in messages %}{% if m.role == 'system' %}{{ raise_exception('no') }}{% endif %}{{ m.content + eos_token }}{% endfor %}";
    const drops =
      "{% for m in messages %}{% if m.role != 'system' %}{{ m.content + eos_token }}{% endif %}{% endfor %}";
    for (const chatTemplate of [refuses, drops]) {
      const program = make({ tokenizer: createTokenizer(byteLevelDefinition({ chatTemplate })) });
      expect(program.segments({ question: "q", schema }).schema).toBe(`${DEFAULT_SYSTEM}\n${DDL}\n`);
      expect(program.notes).toEqual([expect.stringMatching(/takes no system message/)]);
    }
    expect(make({ tokenizer: chatml }).notes).toEqual([]);
  });

  it("ends the answer with EOS where the template marks no end", () => {
    const chatTemplate =
      "{% for m in messages %}{{ m.role + ': ' + m.content + '\n' }}{% endfor %}{% if add_generation_prompt %}assistant: {% endif %}";
    const program = make({ tokenizer: createTokenizer(byteLevelDefinition({ chatTemplate })) });
    const { question, answer } = program.segments({ question: "q", schema, sql: "SELECT 1" });
    // The space goes to the word that it is one token with.
    expect([question, answer]).toEqual(["Question: q\nassistant:", " SELECT 1<|im_end|>"]);
  });

  it("refuses a template that does not show the message once", () => {
    const program = (chatTemplate: string) =>
      make({ tokenizer: createTokenizer(byteLevelDefinition({ chatTemplate })) });
    expect(() => program("nothing")).toThrow(/shows the user's message 0 times\. Expected once/);
    expect(() => program("{% for m in messages %}{{ m.content + m.content }}{% endfor %}")).toThrow(/2 times/);
    expect(() => program("{{ raise_exception('closed') }}")).toThrow(/does not take these messages \(user\): closed/);
  });

  it("is plain text for a model without a template, and says so", () => {
    const program = make({ tokenizer: llama });
    expect(program.segments({ question: "q", schema, sql: "SELECT 1" })).toEqual({
      schema: `${DEFAULT_SYSTEM}\n${DDL}\n`,
      question: "Question: q\nSQL:",
      answer: " SELECT 1</s>",
    });
    expect(program).toMatchObject({ name: "chat", bos: true, notes: [expect.stringMatching(/has no chat template/)] });
    expect(make({ tokenizer: llama, system: null }).segments({ question: "q", schema: null }).schema).toBe("");
  });

  it("needs an end token", () => {
    const tokenizer = createTokenizer(byteLevelDefinition({ eosToken: null, chatTemplate: null }));
    expect(() => make({ tokenizer })).toThrow(/names no end token[\s\S]*eos_token/);
    expect(() => make({ tokenizer, name: "inst" })).toThrow(/names no end token/);
  });
});

describe("the inst program", () => {
  const program = make({ tokenizer: llama, name: "inst" });

  it("is the Python seed project's prompt, letter for letter, and EOS", () => {
    expect(whole(program.segments({ question: " How many? ", schema, sql: " SELECT 1\n" }))).toBe(
      `[INST] Generate SQL for the following question.\n\nSchema:\n${DDL}\n\nQuestion:\nHow many? [/INST]\nSELECT 1</s>`,
    );
    expect(whole(program.segments({ question: "How many?", schema: null, sql: "SELECT 1" }))).toBe(
      "[INST] Generate SQL for the following question.\n\nQuestion:\nHow many? [/INST]\nSELECT 1</s>",
    );
  });

  it("keeps all that depends on the question after the schema", () => {
    const { schema: head, question } = program.segments({ question: "q", schema });
    expect([head.endsWith(`${DDL}\n`), question]).toEqual([true, "\nQuestion:\nq [/INST]\n"]);
  });

  it("has a BOS where the tokenizer puts one", () => {
    expect(program.bos).toBe(true);
    expect(make({ tokenizer: chatml, name: "inst" }).bos).toBe(false);
  });
});

it("knows no other program", () => {
  expect(() => make({ tokenizer: llama, name: "alpaca" as "chat" })).toThrow(
    /no prompt program "alpaca". Expected "chat" or "inst"/,
  );
});
