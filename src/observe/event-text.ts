import type { EndEvent, EvalEvent, RunEvent } from "./events.js";

/** One line of plain text for people; null for "progress", which is drawn and not printed. */
export function describeEvent(event: RunEvent): string | null {
  switch (event.event) {
    case "start": {
      const dropped = event.dropped > 0 ? `, ${event.dropped} dropped` : "";
      const from = event.step > 0 ? `from step ${event.step} ` : "";
      return `training ${from}to step ${event.steps} on ${event.rows} rows${dropped}`;
    }
    case "train": {
      const skipped = event.skipped ? `  ${event.skipped} skipped` : "";
      return (
        `step ${event.step}  epoch ${event.epoch.toFixed(2)}  loss ${event.loss.toFixed(4)}  ` +
        `lr ${event.lr.toExponential(2)}  grad ${event.grad_norm.toPrecision(3)}  ` +
        `${Math.round(event.tokens_per_s)} tokens/s${skipped}`
      );
    }
    case "eval":
      return describeEvaluation(event);
    case "checkpoint":
      return `saved ${event.path}`;
    case "note":
      return event.message;
    case "warning":
      return `warning: ${event.message}`;
    case "end":
      return `${END[event.reason]} at step ${event.step} after ${formatDuration(event.seconds)}${describeTime(event)}`;
    case "progress":
      return null;
  }
}

const END = { done: "done", early_stopping: "stopped early", interrupted: "interrupted" };

function describeEvaluation(event: EvalEvent): string {
  const scores = (["em", "ex", "ts", "exact_match"] as const).flatMap((name) => {
    const share = event[name];
    if (share === undefined) return [];
    return `${name} ${share === null ? "not judged" : percent(share)}`;
  });
  if (event.questions !== undefined) scores.push(`of ${event.questions} questions`);
  const { eval_seconds: loss, generate_seconds: answers } = event;
  const cost = [
    ...(loss === undefined ? [] : [`loss ${formatDuration(loss)}`]),
    ...(answers === undefined ? [] : [`answers ${formatDuration(answers)}`]),
  ];
  return [
    `step ${event.step}`,
    `eval_loss ${event.eval_loss.toFixed(4)}`,
    `perplexity ${event.perplexity.toFixed(3)}`,
    `token accuracy ${percent(event.token_accuracy)}`,
    ...scores,
    ...(cost.length > 0 ? [`(${cost.join(", ")})`] : []),
  ].join("  ");
}

/** Where the run's time went, with the share of what is not training. */
function describeTime({ train_seconds: train, eval_seconds: loss, generate_seconds: answers }: EndEvent): string {
  if (train === undefined || loss === undefined || answers === undefined) return "";
  const all = train + loss + answers;
  const part = (name: string, seconds: number) =>
    seconds > 0 ? [`${name} ${formatDuration(seconds)} (${percent(seconds / all)})`] : [];
  const parts = [
    `training took ${formatDuration(train)}`,
    ...part("evaluation loss", loss),
    ...part("generated answers", answers),
  ];
  return `; in all, ${parts.join(", ")}`;
}

/** Seconds as "42s", "3m 05s" or "2h 07m". */
export function formatDuration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  const pad = (value: number) => String(value).padStart(2, "0");
  if (whole < 60) return `${whole}s`;
  if (whole < 3600) return `${Math.floor(whole / 60)}m ${pad(whole % 60)}s`;
  return `${Math.floor(whole / 3600)}h ${pad(Math.floor((whole % 3600) / 60))}m`;
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}
