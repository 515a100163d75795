import type { EvalEvent } from "../observe/events.js";
import { judgeEvaluation } from "./best-metric.js";
import { evaluateLoss } from "./evaluate-loss.js";
import type { LoopOptions } from "./loop.js";

/**
 * Evaluates the weights as they are after the step that `state` stands at: the loss of the validation rows, and generated
 * answers where they are due.
 * @returns whether they are the best so far.
 */
export async function evaluateStep(options: LoopOptions): Promise<boolean> {
  const { state, answers } = options;
  options.onPhase("evaluating");
  const started = performance.now();
  const loss = await evaluateLoss(options.native, options.evaluation, options.abort);
  const evaluated = performance.now();
  const due = answers && areAnswersDue(options, answers.every) ? answers : null;
  if (due) options.onPhase("generating");
  const scores = due ? await due.score(state.step) : {};
  const seconds = {
    eval_seconds: (evaluated - started) / 1000,
    ...(due ? { generate_seconds: (performance.now() - evaluated) / 1000 } : {}),
  };
  const event: EvalEvent = { event: "eval", step: state.step, ...loss, ...scores };
  options.emit({ ...event, ...seconds });
  const { isBest, ...judged } = judgeEvaluation(state, event, options.best);
  // The state holds what a resumed run finds again, and no clock.
  Object.assign(state, judged, { last_eval: event });
  state.total.eval_seconds += seconds.eval_seconds;
  state.total.generate_seconds += seconds.generate_seconds ?? 0;
  return isBest;
}

function areAnswersDue({ state, steps, evalSteps }: LoopOptions, every: number): boolean {
  return state.step >= steps || (evalSteps !== null && (state.step / evalSteps) % every === 0);
}
