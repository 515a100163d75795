import type { RunEvent } from "../../observe/events.js";
import { lineChart, type Series } from "../line-chart.js";
import { html, type Markup, percent, table } from "../markup.js";
import type { ReportInput } from "../report-input.js";

const GENERATED = ["ex", "em", "ts", "exact_match"] as const;

/** Loss, learning rate, gradient norm and speed over the steps, and what the evaluations said. */
export function curves({ events }: ReportInput): Markup {
  const train = events.filter((event) => event.event === "train");
  const evaluations = events.filter((event) => event.event === "eval");
  if (train.length + evaluations.length === 0) {
    return html`<section><h2>Training</h2><p class="quiet">The run ended before its first log line.</p></section>`;
  }
  const over = (name: string, key: "loss" | "lr" | "grad_norm" | "tokens_per_s"): Series => ({
    name,
    points: train.map((event) => [event.step, event[key]] as const),
  });
  const scores = (["token_accuracy", ...GENERATED] as const).map((key) => ({
    name: key.replace("_", " "),
    dotted: true,
    points: evaluations.flatMap((event) => {
      const value = event[key];
      return typeof value === "number" ? [[event.step, value] as const] : [];
    }),
  }));
  const evalLoss = { name: "validation", dotted: true, points: evaluations.map((e) => [e.step, e.eval_loss] as const) };
  const small = { width: 420, height: 190 };
  return html`<section><h2>Training</h2>${lineChart([over("training", "loss"), evalLoss], { title: "Loss, nats per token", width: 680, height: 200 })}<div class="charts">${[
    lineChart([over("", "lr")], { title: "Learning rate", ...small }),
    lineChart([over("", "grad_norm")], { title: "Gradient norm, before clipping", ...small }),
    lineChart([over("", "tokens_per_s")], { title: "Tokens a second", ...small }),
    evaluations.length > 1
      ? lineChart(scores, {
          title: "Scores on the validation questions",
          format: (share) => `${Math.round(100 * share)} %`,
          ...small,
        })
      : null,
  ]}</div>${evaluationTable(evaluations)}</section>`;
}

function evaluationTable(evaluations: readonly Extract<RunEvent, { event: "eval" }>[]): Markup | null {
  if (evaluations.length === 0) return null;
  const generated = GENERATED.filter((key) => evaluations.some((event) => event[key] !== undefined));
  const shown = evaluations.length <= 16 ? evaluations : [...evaluations.slice(0, 4), ...evaluations.slice(-12)];
  return html`<h3>Evaluations on the validation rows</h3>${table(
    ["step", "loss", "perplexity", "token accuracy", ...generated],
    shown.map((event) => [
      String(event.step),
      event.eval_loss.toFixed(4),
      (event.perplexity ?? Math.exp(event.eval_loss)).toFixed(3),
      percent(event.token_accuracy),
      ...generated.map((key) => percent(event[key])),
    ]),
  )}${shown.length < evaluations.length ? html`<p class="quiet">${evaluations.length - shown.length} in between are in metrics.jsonl.</p>` : null}`;
}
