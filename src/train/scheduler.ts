export const SCHEDULERS = ["cosine", "linear", "constant", "constant_with_warmup"] as const;
export type SchedulerType = (typeof SCHEDULERS)[number];

/**
 * Steps of linear warm-up: `warmupSteps` where it is given, else the share `warmupRatio` of all optimizer steps,
 * rounded up as HuggingFace's Trainer does.
 */
export function resolveWarmupSteps(
  totalSteps: number,
  warmup: { warmupSteps: number | null; warmupRatio: number },
): number {
  return warmup.warmupSteps ?? Math.ceil(totalSteps * warmup.warmupRatio);
}

/**
 * The learning-rate multiplier of a 0-based optimizer step, equal to transformers' `get_scheduler` (optimization.py:
 * half a cosine down to 0; linear down to 0; constant, which knows no warm-up; constant after a warm-up).
 */
export function createScheduler(
  type: SchedulerType,
  options: { totalSteps: number; warmupSteps: number },
): (step: number) => number {
  const { totalSteps, warmupSteps } = options;
  if (type === "constant") return () => 1;
  const decaySteps = Math.max(1, totalSteps - warmupSteps);
  const decay = {
    constant_with_warmup: () => 1,
    linear: (step: number) => Math.max(0, (totalSteps - step) / decaySteps),
    cosine: (step: number) => Math.max(0, 0.5 * (1 + Math.cos((Math.PI * (step - warmupSteps)) / decaySteps))),
  }[type];
  return (step) => (step < warmupSteps ? step / Math.max(1, warmupSteps) : decay(step));
}
