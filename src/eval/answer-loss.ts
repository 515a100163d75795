import type { Example } from "../data/types.js";
import { SqltuneError } from "../errors.js";
import type { PromptOptions } from "../infer/index.js";
import { promptFor } from "../infer/prompt-for.js";
import { abortable, type Model } from "../model/index.js";
import type { PackedBatch } from "../native/types.js";
import { PromptEncoder } from "../prompt/encode-prompt.js";
import type { PromptIds } from "../prompt/types.js";
import type { Schema } from "../schema/types.js";
import type { AnswerLoss } from "./eval-report.js";

export interface AnswerLossOptions {
  model: Model;
  /** As the engine writes its prompts: Engine.promptSettings. */
  prompt?: PromptOptions | undefined;
  rows: readonly Example[];
  schemas: ReadonlyMap<string, Schema>;
  signal?: AbortSignal | undefined;
  onProgress?: ((progress: { done: number; total: number }) => void) | undefined;
}

/** Tokens of questions and answers that are computed together, after their schema's. */
const TOKENS_AT_ONCE = 2048;

/**
 * Loss, perplexity and token accuracy of the gold answers under the model, each after its prompt: what training minimises,
 * here on the rows that are scored. Questions of one schema share its computation, as in training.
 */
export async function answerLoss(options: AnswerLossOptions): Promise<AnswerLoss> {
  const { model, prompt, rows, schemas, signal, onProgress } = options;
  const { program } = promptFor(model.tokenizer, model.adapter?.sqltune ?? null, prompt);
  const encoder = new PromptEncoder(model.tokenizer, { bos: program.bos });
  const encoded = rows.map(({ question, sql, dbId }) => {
    const schema = dbId === null ? null : (schemas.get(dbId) ?? null);
    return encoder.encode(program.segments({ question, schema, sql }));
  });
  const fitting = encoded.filter((row) => lengthOf(row) <= model.decoderConfig.maxPositionEmbeddings);
  const { native, addon } = model;
  let [loss, tokens, correct, done] = [0, 0, 0, 0];
  for (const group of groupsOf(fitting)) {
    const result = await abortable(addon, signal, (abort) => native.evaluate(packGroup(group), abort));
    loss += result.lossSum;
    tokens += result.tokens;
    correct += result.correct;
    done += group.length;
    onProgress?.({ done, total: fitting.length });
  }
  if (!Number.isFinite(loss)) {
    throw new SqltuneError(
      `The loss of the gold answers is ${loss}: the model's numbers are broken. Compute in float32 (model.compute_dtype), or take another checkpoint.`,
    );
  }
  return {
    loss: loss / tokens,
    perplexity: Math.exp(loss / tokens),
    token_accuracy: correct / tokens,
    tokens,
    rows_too_long: rows.length - fitting.length,
  };
}

/** Rows of one schema, cut where they would be too many tokens. The encoder gives one schema's rows the very same ids. */
function groupsOf(rows: readonly PromptIds[]): PromptIds[][] {
  const open = new Map<Int32Array, { rows: PromptIds[]; tokens: number }>();
  const groups: PromptIds[][] = [];
  for (const row of rows) {
    const cost = row.question.length + row.answer.length;
    let group = open.get(row.schema);
    if (!group || group.tokens + cost > TOKENS_AT_ONCE) {
      group = { rows: [], tokens: 0 };
      open.set(row.schema, group);
      groups.push(group.rows);
    }
    group.rows.push(row);
    group.tokens += cost;
  }
  return groups;
}

/** One schema, then each row's question and answer; the answers alone carry labels. */
function packGroup(rows: readonly PromptIds[]): PackedBatch {
  const prefix = rows[0]!.schema;
  const branches = rows.map(({ question, answer }) => question.length + answer.length);
  const total = branches.reduce((sum, length) => sum + length, prefix.length);
  const tokens = new Int32Array(total);
  const labels = new Int32Array(total).fill(-100);
  tokens.set(prefix);
  let at = prefix.length;
  for (const { question, answer } of rows) {
    tokens.set(question, at);
    tokens.set(answer, at + question.length);
    labels.set(answer, at + question.length);
    at += question.length + answer.length;
  }
  return {
    tokens,
    labels,
    prefixLengths: Int32Array.of(prefix.length),
    branchCounts: Int32Array.of(rows.length),
    branchLengths: Int32Array.from(branches),
  };
}

const lengthOf = (row: PromptIds): number => row.schema.length + row.question.length + row.answer.length;
