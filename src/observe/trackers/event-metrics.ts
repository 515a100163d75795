import type { RunEvent } from "../events.js";

/**
 * The numbers of an event by the names that HuggingFace's trainer gives its trackers (train/loss, train/learning_rate,
 * eval/loss, ...), so that runs of both stand in one chart; empty for an event without numbers.
 */
export function eventMetrics(event: RunEvent): { step: number; metrics: Record<string, number> } | null {
  if (event.event === "train") {
    const { step, loss, lr, grad_norm, epoch, tokens_per_s, skipped } = event;
    return {
      step,
      metrics: finite({
        "train/loss": loss,
        "train/learning_rate": lr,
        "train/grad_norm": grad_norm,
        "train/epoch": epoch,
        "train/tokens_per_s": tokens_per_s,
        "train/skipped_steps": skipped,
      }),
    };
  }
  if (event.event === "eval") {
    const { step, eval_loss, perplexity, token_accuracy, em, ex, ts, exact_match } = event;
    return {
      step,
      metrics: finite({
        "eval/loss": eval_loss,
        "eval/perplexity": perplexity,
        "eval/token_accuracy": token_accuracy,
        "eval/em": em,
        "eval/ex": ex,
        "eval/ts": ts,
        "eval/exact_match": exact_match,
      }),
    };
  }
  return null;
}

function finite(values: Record<string, number | null | undefined>): Record<string, number> {
  const kept = Object.entries(values).filter((entry): entry is [string, number] => Number.isFinite(entry[1]));
  return Object.fromEntries(kept);
}

/** A config as trackers hold it: `section.key` and a plain value; lists as JSON, null as "null". */
export function flatConfig(config: object): Record<string, string | number | boolean> {
  const flat: Record<string, string | number | boolean> = {};
  const visit = (value: unknown, path: string): void => {
    if (typeof value === "object" && value !== null && !Array.isArray(value)) {
      for (const [key, below] of Object.entries(value)) visit(below, path === "" ? key : `${path}.${key}`);
    } else if (typeof value === "string" || typeof value === "number" || typeof value === "boolean") flat[path] = value;
    else flat[path] = JSON.stringify(value);
  };
  visit(config, "");
  return flat;
}
