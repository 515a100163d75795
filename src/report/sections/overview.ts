import { formatDuration } from "../../observe/event-text.js";
import { count, factList, html, type Markup, percent, short } from "../markup.js";
import type { ReportInput } from "../report-input.js";

const STATES: Record<string, string> = {
  done: "finished",
  interrupted: "was interrupted",
  failed: "failed",
  running: "is still running",
  stalled: "has stalled",
  dead: "died",
};

/** What was trained, in a few numbers and one paragraph. */
export function overview(input: ReportInput): Markup {
  const { run, report, facts, setting } = input;
  const base = facts?.model.name ?? setting.baseName;
  const data = String(input.config.data?.dataset_name ?? "its data");
  const rows = facts?.rows ?? report?.rows;
  const start = input.events.find((event) => event.event === "start");
  const trained = rows?.train ?? start?.rows;
  const best = run.best;
  const tuned = input.evals.find(({ name }) => name === "tuned")?.summary;
  const before = input.evals.find(({ name }) => name === "base")?.summary;
  return html`<section class="overview"><p class="lead">A LoRA adapter for <b>${base}</b> was trained on ${trained === undefined ? null : html`<b>${count(trained)}</b> questions of `}<b>${data}</b>. The run ${STATES[run.state] ?? run.state} at step ${run.step} of ${run.steps ?? "?"}.${run.reason === null ? null : html` ${run.reason}`}</p>${factList(
    [
      ["execution accuracy", tuned?.ex === undefined ? null : gain(tuned.ex, before?.ex)],
      ["exact match", tuned?.em === undefined || tuned.em === null ? null : gain(tuned.em, before?.em)],
      [
        "validation loss",
        report?.best_eval ? short(report.best_eval.eval_loss) : best?.metric === "eval_loss" ? short(best.value) : null,
      ],
      ["token accuracy", report?.best_eval ? percent(report.best_eval.token_accuracy) : null],
      ["trained", report ? `${count(report.trainable_parameters)} parameters` : null],
      ["share of all", report ? percent(report.trainable_parameters / report.parameters) : null],
      ["time", report ? formatDuration(report.seconds) : null],
      ["speed", report?.tokens_per_s ? `${count(Math.round(report.tokens_per_s))} tokens/s` : null],
    ].map(([name, value]) => [name, value] as [string, string | null]),
  )}${proof(input)}</section>`;
}

function gain(after: number | null, before: number | null | undefined): string {
  return typeof before === "number" ? `${percent(before)} → ${percent(after)}` : percent(after);
}

function proof({ report }: ReportInput): Markup | null {
  if (!report) return null;
  const rows = report.proof.rows.length;
  return report.proof.passed
    ? html`<p class="quiet">The saved adapter was read back and answers ${rows} questions exactly as the trained model did.</p>`
    : html`<p class="bad">The saved adapter, read back, answers otherwise than the trained model did. Do not use it.</p>`;
}
