import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { createPromptProgram, DEFAULT_SYSTEM } from "../../src/prompt/create-prompt-program.js";
import { encodePrompt } from "../../src/prompt/encode-prompt.js";
import type { PromptSegments } from "../../src/prompt/types.js";
import type { Schema } from "../../src/schema/types.js";
import { type ChatMessage, renderChat } from "../../src/tokenizer/chat-template.js";
import { createTokenizer } from "../../src/tokenizer/create-tokenizer.js";
import { readTokenizerFolder } from "../../src/tokenizer/read-tokenizer-folder.js";
import type { Tokenizer } from "../../src/tokenizer/types.js";
import { control, sharedFolder } from "./tokenizer-fixtures.js";

const SCHEMA: Schema = { dbId: "pets", dialect: "sqlite", tables: [] };
const whole = (segments: PromptSegments) => segments.schema + segments.question + segments.answer;

const shared = sharedFolder("prompts of public chat templates");
// A large vocabulary takes a second to build, and longer on a busy machine.
describe.skipIf(shared === null)("prompts of public chat templates", { timeout: 60_000 }, () => {
  /** Template, a vocabulary of its family, and the template's control tokens that this vocabulary lacks. */
  const MODELS: [template: string, vocabulary: string, ...control: string[]][] = [
    ["smollm2-135m-instruct", "gpt2", "<|im_start|>", "<|im_end|>"],
    ["qwen2.5-0.5b-instruct", "qwen3"],
    ["qwen3-0.6b", "qwen3"],
    ["llama-2-7b-chat", "llama2"],
    ["tinyllama-1.1b-chat-v1.0", "llama2"],
    ["llama-3-8b-instruct", "llama3"],
    ["llama-3.2-instruct", "llama3"],
    ["mistral-7b-instruct", "mistral"],
    ["phi-3-mini-4k-instruct", "phi3-mini"],
    ["gemma-2-2b-it", "gpt2", "<start_of_turn>", "<end_of_turn>"],
  ];
  const DDLS = [
    "CREATE TABLE pet (id INTEGER, name TEXT);",
    "CREATE TABLE t1 (\n  a INTEGER PRIMARY KEY,\n  b TEXT\n);\nCREATE TABLE t2 (\n  c REAL,\n  FOREIGN KEY (c) REFERENCES t1(a)\n);",
    "pet(id, name) | owner(id, name, 'since')",
  ];
  const QUESTIONS = ["How many pets are there?", '¿Cuántos "años" tiene O\'Brien, in 2024?', "name"];

  it.each(MODELS)(
    "%s: the segments' ids are those of the whole conversation",
    async (template, vocabulary, ...more) => {
      const definition = await readTokenizerFolder(join(shared!, "tokenizers", vocabulary));
      definition.json.added_tokens.push(...more.map((content, i) => control(60000 + i, content)));
      const chatTemplate = readFileSync(join(shared!, "configs/templates", `${template}.jinja`), "utf8");
      const tokenizer = createTokenizer({ ...definition, chatTemplate });
      for (const system of [DEFAULT_SYSTEM, null]) {
        for (const text of [...DDLS, ""]) {
          const program = createPromptProgram({
            ...{ name: "chat", tokenizer, schemaFormat: "ddl", system },
            serializeSchema: () => text,
          });
          for (const question of QUESTIONS) {
            const sql = "SELECT count(*) FROM pet WHERE name = 'Rex'";
            const segments = program.segments({ question, schema: SCHEMA, sql });
            const user = `${text === "" ? "" : `${text}\n`}Question: ${question}`;
            const folded = program.notes.length > 0;
            const rendered = conversation(tokenizer, folded ? null : system, folded ? `${system}\n${user}` : user, sql);
            // Up to the end token the conversation is the prompt and its answer.
            expect(rendered.startsWith(whole(segments))).toBe(true);
            expect(rendered.slice(whole(segments).length)).not.toContain("Rex");
            const ids = encodePrompt(tokenizer, segments, { bos: program.bos });
            const joined = [...ids.schema, ...ids.question, ...ids.answer];
            expect(joined).toEqual([...tokenizer.encode(whole(segments))]);
            expect(tokenizer.stopIds).toContain(joined.at(-1));
            // No second BOS before the one that the template writes; gpt2's is no BOS but its end token.
            if (vocabulary !== "gpt2")
              expect(joined.filter((id) => id === tokenizer.bosId)).toHaveLength(
                rendered.startsWith(tokenizer.bosToken!) ? 1 : 0,
              );
          }
        }
      }
    },
  );

  function conversation(tokenizer: Tokenizer, system: string | null, user: string, sql: string): string {
    const messages: ChatMessage[] = [
      { role: "user", content: user },
      { role: "assistant", content: sql },
    ];
    if (system !== null) messages.unshift({ role: "system", content: system });
    const { bosToken, eosToken } = tokenizer;
    return renderChat(tokenizer.chatTemplate!, messages, { bosToken, eosToken, variables: { enable_thinking: false } });
  }
});
