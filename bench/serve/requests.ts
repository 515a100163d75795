import { resolveModel } from "../../src/hub/index.js";
import { promptFor } from "../../src/infer/prompt-for.js";
import { PromptEncoder } from "../../src/prompt/encode-prompt.js";
import { parseSchema } from "../../src/schema/parse-schema.js";
import { serializeSchema } from "../../src/schema/serialize-schema.js";
import type { Schema } from "../../src/schema/types.js";
import { loadTokenizer } from "../../src/tokenizer/load-tokenizer.js";
import { devQuestions, spreadRows } from "../generation/dev-rows.js";
import type { ServeOptions } from "./options.js";

/** One question as each server is asked it: all of them compute the same prompt. */
export interface LoadRequest {
  question: string;
  /** The schema as a client of sqltune sends it. */
  ddl: string;
  /** The whole prompt as text, control tokens written out, for servers that take it so. */
  prompt: string;
  promptTokens: number;
}

export interface LoadRequests {
  /** Folder of the model. */
  model: string;
  requests: LoadRequest[];
  databases: number;
}

/** Questions of Spider's dev set with the prompts that sqltune's server makes of them. */
export async function loadRequests(options: ServeOptions): Promise<LoadRequests> {
  const resolved = await resolveModel(options.model);
  const tokenizer = await loadTokenizer(resolved);
  const { program } = promptFor(tokenizer, null, { program: "chat", schemaFormat: options.schemaFormat });
  const encoder = new PromptEncoder(tokenizer, { bos: program.bos });
  const all = devQuestions(options.spider);
  const ddls = new Map<Schema, string>();
  const requests = spreadRows(all.length, options.questions).map((row): LoadRequest => {
    const { question, schema } = all[row]! as { question: string; schema: Schema };
    const ddl = ddls.get(schema) ?? serializeSchema(schema, "ddl");
    ddls.set(schema, ddl);
    const ids = encoder.encode(program.segments({ question, schema: parseSchema(ddl) }));
    const whole = Int32Array.from([...ids.schema, ...ids.question]);
    const prompt = tokenizer.decode(whole, { skipSpecialTokens: false });
    return { question, ddl, prompt, promptTokens: whole.length };
  });
  const ordered = options.shuffle ? interleaved(requests) : requests;
  return { model: resolved.folder, requests: ordered, databases: ddls.size };
}

/** The first of each run of 16, then the second of each, and so on: neighbours are about different databases. */
function interleaved<T>(rows: readonly T[], run = 16): T[] {
  return Array.from({ length: run }, (_, at) => rows.filter((_, i) => i % run === at)).flat();
}
