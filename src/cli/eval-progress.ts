import type { EvaluateProgress } from "../eval/index.js";
import type { ProgressReporter } from "./progress.js";

/** `model`: which one is asked, where there are several. */
export function showProgress(progress: ProgressReporter, event: EvaluateProgress, model = "the model"): void {
  const { phase, done, total, correct } = event;
  const counted = `${done}/${total} questions`;
  if (phase === "answer") progress.update(`asking ${model}`, done, total, counted);
  else if (phase === "loss") progress.update(`loss of ${model}`, done, total, counted);
  else progress.update(`judging ${model}'s SQL`, done, total, `${counted}, ${correct} right`);
}
