import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { ConfigInput } from "../../src/config/index.js";
import type { DataPipeline, Dataset, Example } from "../../src/data/types.js";
import type { Schema } from "../../src/schema/types.js";
import { type TinyModel, writeTinyModel } from "./tiny-model.js";

const SPECIAL = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"];
const TEMPLATE =
  "{% for message in messages %}<|im_start|>{{ message.role }}\n{{ message.content }}<|im_end|>\n{% endfor %}" +
  "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}";

/**
 * A two-layer random model with a tokenizer: a HuggingFace folder that `train` takes by its path. Bytes are tokens
 * (byte-level BPE without merges), ChatML is its template.
 */
export function writeTrainableModel(dir: string, options: Parameters<typeof writeTinyModel>[1] = {}): TinyModel {
  mkdirSync(dir, { recursive: true });
  const alphabet = byteAlphabet();
  const vocab = Object.fromEntries([...SPECIAL, ...alphabet].map((token, id) => [token, id]));
  const byteLevel = { type: "ByteLevel", add_prefix_space: false, trim_offsets: true, use_regex: false };
  const tokenizer = {
    version: "1.0",
    truncation: null,
    padding: null,
    added_tokens: SPECIAL.map((content, id) => ({
      ...{ id, content, single_word: false, lstrip: false, rstrip: false, normalized: false, special: true },
    })),
    normalizer: null,
    pre_tokenizer: byteLevel,
    post_processor: byteLevel,
    decoder: byteLevel,
    model: {
      ...{ type: "BPE", dropout: null, unk_token: null, continuing_subword_prefix: null, end_of_word_suffix: null },
      ...{ fuse_unk: false, byte_fallback: false, ignore_merges: false, vocab, merges: [] },
    },
  };
  const config = { eos_token: "<|im_end|>", pad_token: "<|endoftext|>", chat_template: TEMPLATE };
  writeFileSync(join(dir, "tokenizer.json"), JSON.stringify(tokenizer));
  writeFileSync(join(dir, "tokenizer_config.json"), JSON.stringify(config));
  return writeTinyModel(dir, {
    ...options,
    config: { vocabSize: 259, maxPositionEmbeddings: 1024, ...options.config },
  });
}

/** GPT-2's printable stand-ins of the 256 bytes, in byte order. */
function byteAlphabet(): string[] {
  let next = 256;
  return Array.from({ length: 256 }, (_, byte) => {
    const printable = (byte >= 33 && byte <= 126) || (byte >= 161 && byte <= 172) || byte >= 174;
    return String.fromCodePoint(printable ? byte : next++);
  });
}

const COLUMNS = ["name", "age", "city", "price", "year", "title"];

/** Four small databases with ten questions each to train on, and one with four for validation. */
export function tinyDataset(change: (dataset: Dataset) => void = () => {}): Dataset {
  const schemas = new Map<string, Schema>();
  const examples = (db: number, count: number): Example[] => {
    const dbId = `db${db}`;
    const table = ["singer", "orders", "shop", "film", "train"][db] as string;
    schemas.set(dbId, { dbId, dialect: "sqlite", tables: [tableOf(table), tableOf(`${table}_log`)] });
    return Array.from({ length: count }, (_, i) => {
      const column = COLUMNS[i % COLUMNS.length];
      const question = i < COLUMNS.length ? `List the ${column} of each ${table}` : `How many ${table} have ${column}?`;
      const sql = i < COLUMNS.length ? `SELECT ${column} FROM ${table}` : `SELECT COUNT(${column}) FROM ${table}`;
      return { id: `${dbId}.json:${i}`, question, sql, dbId };
    });
  };
  const dataset: Dataset = {
    train: [0, 1, 2, 3].flatMap((db) => examples(db, 10)),
    validation: examples(4, 4),
    test: [],
    schemas,
    databases: new Map(),
    dropped: [],
    checksums: { "rows.json": "0".repeat(64) },
    notes: [],
  };
  change(dataset);
  return dataset;
}

function tableOf(name: string): Schema["tables"][number] {
  const columns = COLUMNS.map((column) => ({ name: column, type: "TEXT", primaryKey: false }));
  return { name, columns, foreignKeys: [] };
}

export function tinyPipeline(change?: (dataset: Dataset) => void): DataPipeline {
  return { prepare: async () => tinyDataset(change) };
}

type Sections = { [Section in keyof ConfigInput]?: ConfigInput[Section] };

/** Twelve steps of eight rows with all that has randomness in it: dropout, shuffled rows and shuffled schemas. */
export function tinyConfig(model: string, outputDir: string, change: Sections = {}): ConfigInput {
  return {
    project: { name: "tiny", seed: 7, output_dir: outputDir, ...change.project },
    model: { name: model, device: "cpu", torch_dtype: "float32", compute_dtype: "float32", ...change.model },
    lora: { r: 4, lora_alpha: 8, lora_dropout: 0.1, target_modules: "all-linear", ...change.lora },
    data: { schema_format: "compact", shuffle_schema: true, ...change.data },
    training: {
      max_steps: 12,
      per_device_train_batch_size: 4,
      gradient_accumulation_steps: 2,
      questions_per_group: 4,
      per_device_eval_batch_size: 4,
      learning_rate: 5e-3,
      warmup_ratio: 0.1,
      logging_steps: 3,
      eval_steps: 4,
      save_steps: 4,
      save_total_limit: 2,
      threads: 1,
      ...change.training,
    },
    ...(change.evaluation ? { evaluation: change.evaluation } : {}),
    ...(change.inference ? { inference: change.inference } : {}),
  };
}

/** Many evaluations and checkpoints, so that a kill falls into them as often as into steps. */
export function killConfig(model: string, outputDir: string): ConfigInput {
  const training = { max_steps: 30, logging_steps: 4, eval_steps: 3, save_steps: 2, load_best_model_at_end: false };
  return tinyConfig(model, outputDir, { training });
}
