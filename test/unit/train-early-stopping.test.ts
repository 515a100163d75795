import { describe, expect, it } from "vitest";
import { isOutOfPatience, judgeEvaluation } from "../../src/train/best-metric.js";
// Written by scripts/parity/early_stopping.py: transformers' Trainer with its EarlyStoppingCallback.
import golden from "./train-early-stopping.golden.json" with { type: "json" };

function evaluation(step: number, metric: string, value: number) {
  const event = { event: "eval" as const, step, eval_loss: 0, perplexity: 1, token_accuracy: 0 };
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

  it("takes the lower loss of equal shares of generated answers, which is no improvement for early stopping", () => {
    const judge = (state: Parameters<typeof judgeEvaluation>[0], step: number, eval_loss: number, ex?: number | null) =>
      judgeEvaluation(
        state,
        { ...evaluation(step, "eval_loss", eval_loss), ...(ex === undefined ? {} : { ex }) },
        { metric: "ex", threshold: 0 },
      );
    const first = judge({ best: null, early_stopping_counter: 0 }, 1, 2, 0);
    expect(first).toMatchObject({ isBest: true, early_stopping_counter: 0 });
    const second = judge(first, 2, 1.5, 0);
    expect(second).toMatchObject({ isBest: true, best: { step: 2 }, early_stopping_counter: 1 });
    const third = judge(second, 3, 1.6, 0);
    expect(third).toMatchObject({ isBest: false, best: { step: 2 }, early_stopping_counter: 2 });
    // Without the metric, or with one that could not be judged, nothing changes.
    for (const ex of [undefined, null]) {
      expect(judge(third, 4, 0.1, ex)).toMatchObject({ isBest: false, best: { step: 2 }, early_stopping_counter: 2 });
    }
    expect(judge(third, 5, 9, 0.1)).toMatchObject({ isBest: true, best: { step: 5 }, early_stopping_counter: 0 });
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
