import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import type { ModelSource } from "../../src/hub/types.js";
import { createPromptProgram, DEFAULT_SYSTEM } from "../../src/prompt/create-prompt-program.js";
import { PromptEncoder } from "../../src/prompt/encode-prompt.js";
import { createTokenizer } from "../../src/tokenizer/create-tokenizer.js";
import { loadTokenizer } from "../../src/tokenizer/load-tokenizer.js";
import { readTokenizerFolder } from "../../src/tokenizer/read-tokenizer-folder.js";
import type { Tokenizer } from "../../src/tokenizer/types.js";
import { lacks, parityModel, parityPython, pythonReference, sharedFolder } from "./parity-python.js";

interface Reference {
  texts: number[][];
  decoded: string[];
  chats: { text: string; ids: number[] }[];
}

interface SpiderPrompt {
  schema: string;
  question: string;
  sql: string;
}

const needs = { SQLTUNE_PARITY_PYTHON: parityPython, "../shared (or SQLTUNE_SHARED)": sharedFolder };

describe.each(["smollm2", "qwen"])("%s against Python's tokenizers and transformers", (name) => {
  const folder = parityModel(name);
  const skip = lacks(`tokenizer of ${name}`, { ...needs, [`SQLTUNE_PARITY_MODELS/${name}`]: folder });

  describe.skipIf(skip)("", () => {
    let prompts: SpiderPrompt[];
    let texts: string[];
    let reference: Reference;
    let tokenizer: Tokenizer;
    beforeAll(async () => {
      prompts = spiderPrompts();
      texts = [...prompts.map(({ schema, question }) => `${schema}\n\nQuestion: ${question}`), ...oddTexts(1000)];
      const chats = prompts.map(({ schema, question, sql }) => [
        { role: "system", content: DEFAULT_SYSTEM },
        { role: "user", content: `${schema}\nQuestion: ${question}` },
        { role: "assistant", content: sql },
      ]);
      const out = await pythonReference("tokenizer", { texts, chats }, (to, inputs) => [folder!, inputs, to]);
      reference = JSON.parse(readFileSync(join(out, "reference.json"), "utf8")) as Reference;
      tokenizer = createTokenizer(await readTokenizerFolder(folder!));
    });

    it("gives the same ids for 1,000 Spider prompts and 1,000 odd texts, and the same texts back", () => {
      expect(prompts).toHaveLength(1000);
      const found = texts.map((text) => [...tokenizer.encode(text)]);
      expect(found).toEqual(reference.texts);
      expect(found.map((ids) => tokenizer.decode(ids))).toEqual(reference.decoded);
    });

    it("gives the ids of transformers' chat, tokenised by segments, up to the answer's end token", () => {
      const program = createPromptProgram({ name: "chat", tokenizer, schemaFormat: "ddl", serializeSchema: () => "" });
      const encoder = new PromptEncoder(tokenizer, program);
      for (const [i, { schema, question, sql }] of prompts.entries()) {
        const segments = program.segments({ schema: null, schemaText: schema, question, sql });
        const ids = encoder.encode(segments);
        const joined = [...ids.schema, ...ids.question, ...ids.answer];
        const chat = reference.chats[i]!;
        expect(chat.ids.slice(0, joined.length)).toEqual(joined);
        // What the template writes after the end token is no part of the answer.
        expect(chat.text).toBe(`${segments.schema}${segments.question}${segments.answer}\n`);
        expect(tokenizer.stopIds).toContain(ids.answer.at(-1));
      }
    });

    it("is the same tokenizer when it is read out of the GGUF", async () => {
      const gguf = await loadTokenizer(source(join(folder!, "model.gguf")));
      expect(gguf.hash).toBe(tokenizer.hash);
      expect(gguf).toMatchObject({
        ...{ vocabSize: tokenizer.vocabSize, bosId: tokenizer.bosId, eosId: tokenizer.eosId, padId: tokenizer.padId },
        ...{ stopIds: tokenizer.stopIds, addsBos: tokenizer.addsBos, chatTemplate: tokenizer.chatTemplate },
      });
      expect(texts.map((text) => [...gguf.encode(text)])).toEqual(reference.texts);
    });
  });
});

const VOCABULARIES = ["llama3", "mistral", "phi3-mini", "gpt2", "gpt-neox", "qwen3"];
describe.skipIf(lacks("tokenizers of other families", needs))("other families against Python's tokenizers", () => {
  it.each(VOCABULARIES)("%s: the same ids for 200 Spider prompts and 1,000 odd texts", async (name) => {
    const folder = join(sharedFolder!, "tokenizers", name);
    const prompts = spiderPrompts().slice(0, 200);
    const texts = [...prompts.map(({ schema, question }) => `${schema}\n${question}`), ...oddTexts(1000)];
    const out = await pythonReference("tokenizer", { texts, chats: [] }, (to, inputs) => [folder, inputs, to]);
    const reference = JSON.parse(readFileSync(join(out, "reference.json"), "utf8")) as Reference;
    const tokenizer = createTokenizer(await readTokenizerFolder(folder));
    expect(texts.map((text) => [...tokenizer.encode(text)])).toEqual(reference.texts);
  });
});

function source(gguf: string): ModelSource {
  expect(existsSync(gguf)).toBe(true);
  const nameless = { name: gguf, hubId: null, revision: null, origin: "folder" };
  return { ...nameless, format: "gguf", folder: join(gguf, ".."), weightFiles: [gguf] };
}

/** Every seventh row of Spider train, with its schema as DDL. */
function spiderPrompts(): SpiderPrompt[] {
  const folder = join(sharedFolder!, "data/spider");
  const read = (file: string) => JSON.parse(readFileSync(join(folder, file), "utf8"));
  const schemas = new Map<string, string>();
  for (const db of read("tables.json")) {
    const tables = (db.table_names_original as string[]).map((table, t) => {
      const columns = (db.column_names_original as [number, string][])
        .map(([of, column], c) => (of === t ? `  ${column} ${db.column_types[c]}` : null))
        .filter((line) => line !== null);
      return `CREATE TABLE ${table} (\n${columns.join(",\n")}\n);`;
    });
    schemas.set(db.db_id, tables.join("\n"));
  }
  const rows = read("train_spider.json") as { db_id: string; question: string; query: string }[];
  return rows
    .filter((_, i) => i % 7 === 0)
    .map((row) => ({ schema: schemas.get(row.db_id)!, question: row.question.trim(), sql: row.query.trim() }));
}

/** Texts out of what tokenizers disagree about: Unicode numbers and spaces, marks, joiners, emoji, control tokens. */
function oddTexts(count: number): string[] {
  const pieces = [
    ..."abcXYZ 019_-,.;'\"()<>|=\n\t  ½¾²٣५１éÀ中文ß²ſŉⅧ①",
    ...[
      "\u00a0",
      "\u200b",
      "\ufeff",
      "\u2028",
      "\u0085",
      "\u3000",
      "\u0301",
      "e\u0301",
      "👩🏽‍💻",
      "\u0130",
      "ﬁ",
      "\r\n",
      "  ",
    ],
    ...["'s", "'LL", "SELECT", "<|im_end|>", "</s>", "<|endoftext|>"],
  ];
  let state = 1;
  const next = (below: number) => {
    // Numerical Recipes' generator: the texts are the same on every machine.
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
  return Array.from({ length: count }, () =>
    Array.from({ length: 1 + next(30) }, () => pieces[next(pieces.length)]!).join(""),
  );
}
