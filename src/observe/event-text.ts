import type { RunEvent } from "./events.js";

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
    case "eval": {
      const scores = (["em", "ex", "ts"] as const)
        .filter((name) => event[name] !== undefined)
        .map((name) => `  ${name} ${percent(event[name] as number)}`);
      const accuracy = percent(event.token_accuracy);
      return `step ${event.step}  eval_loss ${event.eval_loss.toFixed(4)}  token accuracy ${accuracy}${scores.join("")}`;
    }
    case "checkpoint":
      return `saved ${event.path}`;
    case "note":
      return event.message;
    case "warning":
      return `warning: ${event.message}`;
    case "end":
      return `${END[event.reason]} at step ${event.step} after ${formatDuration(event.seconds)}`;
    case "progress":
      return null;
  }
}

const END = { done: "done", early_stopping: "stopped early", interrupted: "interrupted" };

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
