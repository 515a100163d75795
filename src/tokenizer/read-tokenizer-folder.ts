import { access, readFile } from "node:fs/promises";
import { join } from "node:path";
import { SqltuneError } from "../errors.js";
import { findNode, type TokenizerDefinition, type TokenizerJson } from "./definition.js";

type Json = Record<string, unknown>;

/**
 * The tokenizer of a HuggingFace model folder: tokenizer.json, and what stands beside it (tokenizer_config.json,
 * special_tokens_map.json, generation_config.json, config.json, chat_template.jinja), read as Transformers reads them.
 * Throws SqltuneError where tokenizer.json is missing or a file is no JSON.
 */
export async function readTokenizerFolder(folder: string): Promise<TokenizerDefinition> {
  const json = (await readJson(join(folder, "tokenizer.json"))) as unknown as TokenizerJson | null;
  if (json === null) throw await missingTokenizer(folder);
  if (typeof json.model !== "object" || json.model === null || json.model.vocab === undefined) {
    throw new SqltuneError(
      `${join(folder, "tokenizer.json")} has no model with a vocab. Expected HuggingFace's tokenizer.json; download it again.`,
    );
  }
  const [config, map, generation, model] = await Promise.all(
    ["tokenizer_config.json", "special_tokens_map.json", "generation_config.json", "config.json"].map((name) =>
      readJson(join(folder, name)),
    ),
  );
  const special = (key: string): string | null =>
    tokenText(config?.[key]) ?? (config !== null && key in config! ? null : tokenText(map?.[key]));
  const eosIds = idList(generation?.eos_token_id ?? model?.eos_token_id);
  // A folder that names no tokens has only the ids of config.json.
  const eosToken = special("eos_token") ?? pieceOf(json, eosIds[0]);
  const bosToken =
    config === null && map === null ? pieceOf(json, idList(model?.bos_token_id)[0]) : special("bos_token");
  return {
    json,
    bosToken,
    eosToken,
    padToken: special("pad_token"),
    addsBos: bosToken !== null && addsBos(json, config ?? {}, bosToken),
    eosIds,
    chatTemplate: (await readText(join(folder, "chat_template.jinja"))) ?? templateOf(config?.chat_template),
  };
}

/** add_bos_token where it is said; else what the post-processor puts first; Llama's own tokenizer adds it by default. */
function addsBos(json: TokenizerJson, config: Json, bosToken: string): boolean {
  if (typeof config.add_bos_token === "boolean") return config.add_bos_token;
  const template = findNode(json.post_processor, "TemplateProcessing");
  if (template) {
    const [first] = template.single as { SpecialToken?: { id: string } }[];
    return first?.SpecialToken?.id === bosToken;
  }
  return config.tokenizer_class === "LlamaTokenizer" || config.tokenizer_class === "LlamaTokenizerFast";
}

/** One template, or a list of named ones of which "default" is meant. */
function templateOf(value: unknown): string | null {
  if (typeof value === "string") return value;
  if (!Array.isArray(value)) return null;
  const named = value as { name?: string; template?: string }[];
  return (named.find((entry) => entry.name === "default") ?? named[0])?.template ?? null;
}

/** "<s>" or {"content": "<s>", ...}. */
function tokenText(value: unknown): string | null {
  if (typeof value === "string") return value;
  const content = (value as { content?: unknown } | null | undefined)?.content;
  return typeof content === "string" ? content : null;
}

function idList(value: unknown): number[] {
  return (Array.isArray(value) ? value : [value]).filter((id): id is number => Number.isInteger(id));
}

function pieceOf(json: TokenizerJson, id: number | undefined): string | null {
  if (id === undefined) return null;
  const added = json.added_tokens?.find((token) => token.id === id);
  if (added) return added.content;
  const { vocab } = json.model;
  if (Array.isArray(vocab)) return vocab[id]?.[0] ?? null;
  return Object.entries(vocab).find(([, other]) => other === id)?.[0] ?? null;
}

async function missingTokenizer(folder: string): Promise<SqltuneError> {
  const sentencePiece = await access(join(folder, "tokenizer.model")).then(
    () => true,
    () => false,
  );
  return new SqltuneError(
    `${folder} has no tokenizer.json${sentencePiece ? ", only SentencePiece's tokenizer.model" : ""}. ` +
      (sentencePiece
        ? `Convert it once with Python: AutoTokenizer.from_pretrained("${folder}").save_pretrained("${folder}").`
        : "Expected a HuggingFace model folder with tokenizer.json, or a .gguf file that carries its tokenizer."),
  );
}

async function readText(path: string): Promise<string | null> {
  try {
    return await readFile(path, "utf8");
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === "ENOENT") return null;
    throw new SqltuneError(`${path} cannot be read: ${(cause as Error).message}`, { cause });
  }
}

async function readJson(path: string): Promise<Json | null> {
  const text = await readText(path);
  if (text === null) return null;
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Json;
  } catch (cause) {
    throw new SqltuneError(
      `${path} is no valid JSON: ${(cause as Error).message}\nIt may be a download that broke off; fetch it again.`,
      { cause },
    );
  }
  throw new SqltuneError(`${path} does not hold a JSON object. Expected HuggingFace's file of that name.`);
}
