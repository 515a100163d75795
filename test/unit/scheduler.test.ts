import { describe, expect, it } from "vitest";
import { createScheduler, resolveWarmupSteps, type SchedulerType } from "../../src/train/scheduler.js";
// Written by scripts/parity/scheduler.py from transformers' get_scheduler.
import golden from "./scheduler.golden.json" with { type: "json" };

describe("learning-rate schedules equal HuggingFace's, step for step", () => {
  it.each(
    golden.cases.map((values) => ({
      name: `${values.type}, ${values.steps} steps, warmup ${values.warmup_steps} / ${values.warmup_ratio}`,
      values,
    })),
  )("$name", ({ values }) => {
    const warmupSteps = resolveWarmupSteps(values.steps, {
      warmupSteps: values.warmup_steps || null,
      warmupRatio: values.warmup_ratio,
    });
    expect(warmupSteps).toBe(values.resolved_warmup_steps);
    const multiplier = createScheduler(values.type as SchedulerType, { totalSteps: values.steps, warmupSteps });
    expect(values.multipliers).toHaveLength(values.steps);
    values.multipliers.forEach((expected, step) => {
      expect(Math.abs(multiplier(step) - expected)).toBeLessThan(1e-15);
    });
  });

  it("takes a given number of warm-up steps, 0 included, before the ratio", () => {
    expect(resolveWarmupSteps(100, { warmupSteps: 0, warmupRatio: 0.5 })).toBe(0);
    expect(resolveWarmupSteps(231, { warmupSteps: null, warmupRatio: 0.03 })).toBe(7);
  });
});
