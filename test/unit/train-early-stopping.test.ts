import { describe, expect, it } from "vitest";
import { isOutOfPatience, judgeEvaluation } from "../../src/train/best-metric.js";
// Written by scripts/parity/early_stopping.py: transformers' Trainer with its EarlyStoppingCallback.
import golden from "./train-early-stopping.golden.json" with { type: "json" };

function evaluation(step: number, metric: string, value: number) {
  const event = { event: "eval" as const, step, eval_loss: 0, token_accuracy: 0 };
  return metric === "eval_loss" ? { ...event, eval_loss: value } : { ...event, token_accuracy: value };
}

describe("best value and early stopping equal HuggingFace's", () => {
  it.each(golden.cases.map((values) => ({ name: JSON.stringify(values.values), values })))("$name", ({ values }) => {
    const metric = values.metric === "eval_loss" ? "eval_loss" : "token_accuracy";
    let state: Parameters<typeof judgeEvaluation>[0] = { best: null, early_stopping_counter: 0 };
    let stopped: number | null = null;
    for (const [i, value] of values.values.entries()) {
      state = judgeEvaluation(state, evaluation(i + 1, metric, value), { metric, threshold: values.threshold });
      if (isOutOfPatience(state, values.patience)) {
        stopped = i + 1;
        break;
      }
    }
    // A stop after the last evaluation is no stop: the run is over anyway, and so says the golden file.
    expect(stopped === values.values.length ? null : stopped).toBe(values.stopped_after);
    expect(state.best).toEqual(evaluation(values.best_step, values.metric, values.best_value));
  });

  it("never stops without a patience", () => {
    expect(isOutOfPatience({ early_stopping_counter: 1000 }, null)).toBe(false);
  });

  it.each([Number.NaN, Number.POSITIVE_INFINITY])("refuses %d as a metric", (value) => {
    const judge = () =>
      judgeEvaluation({ best: null, early_stopping_counter: 0 }, evaluation(4, "eval_loss", value), {
        metric: "eval_loss",
        threshold: 0,
      });
    expect(judge).toThrow(/eval_loss at step 4 is (NaN|Infinity)/);
  });
});
