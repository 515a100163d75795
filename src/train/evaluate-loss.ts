import { SqltuneError } from "../errors.js";
import type { LossResult, NativeAbort, NativeModel } from "../native/types.js";
import { type EncodedRow, type MicroBatch, type MicroBatchLimit, packMicroBatches } from "./batch.js";

export interface EvaluationLoss {
  /** Mean over all labelled tokens of all rows, in nats. */
  eval_loss: number;
  /** exp(eval_loss). */
  perplexity: number;
  /** Share of labelled tokens whose likeliest prediction was right. */
  token_accuracy: number;
}

/** Packs validation rows once for all evaluations: rows of one schema together, in the order the schemas first appear. */
export function packEvaluation(rows: readonly (EncodedRow & { dbId: string | null })[], limit: MicroBatchLimit) {
  const groups = new Map<string, EncodedRow[]>();
  rows.forEach((row, index) => {
    const key = row.dbId === null ? `row ${index}` : `db ${row.dbId}`;
    groups.set(key, [...(groups.get(key) ?? []), row]);
  });
  return packMicroBatches([...groups.values()], limit);
}

/** Loss and token accuracy without gradient or dropout. */
export async function evaluateLoss(
  native: Pick<NativeModel, "evaluate">,
  batches: readonly MicroBatch[],
  abort?: NativeAbort,
): Promise<EvaluationLoss> {
  let [loss, tokens, correct] = [0, 0, 0];
  for (const { batch, rows } of batches) {
    const result = await native.evaluate(batch, abort);
    checkFinite(result, rows, "the evaluation");
    loss += result.lossSum;
    tokens += result.tokens;
    correct += result.correct;
  }
  return { eval_loss: loss / tokens, perplexity: Math.exp(loss / tokens), token_accuracy: correct / tokens };
}

/** @throws SqltuneError that names the rows, when a loss is not a finite number. */
export function checkFinite(result: LossResult, rows: readonly EncodedRow[], where: string): void {
  if (Number.isFinite(result.lossSum)) return;
  const culprits = rows.filter((_, i) => !Number.isFinite(result.branchLoss[i]));
  throw new SqltuneError(
    `The loss of ${where} is ${result.lossSum}. Rows: ${nameRows(culprits.length > 0 ? culprits : rows)}. ` +
      "Nothing of it was saved. Look at those rows; lower training.learning_rate, set training.max_grad_norm, " +
      "or compute in float32 (model.compute_dtype); then --resume goes on from the last checkpoint.",
    { code: "ERR_SQLTUNE_NOT_FINITE" },
  );
}

/** Ids of rows for a message; the first eight. */
export function nameRows(rows: readonly EncodedRow[]): string {
  const more = rows.length > 8 ? ` and ${rows.length - 8} more` : "";
  return (
    rows
      .slice(0, 8)
      .map(({ id }) => id)
      .join(", ") + more
  );
}
