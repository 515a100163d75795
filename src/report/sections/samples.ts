import type { EvalDetail } from "../../eval/index.js";
import { html, type Markup } from "../markup.js";
import type { ReportInput } from "../report-input.js";

const EACH = 5;

type Sample = Partial<EvalDetail>;

/** Answers, right and wrong ones: of the evaluation, else of the last look while training. */
export function samples(input: ReportInput): Markup | null {
  const tuned = input.evals.find(({ name }) => name === "tuned") ?? input.evals.find(({ name }) => name !== "base");
  const from = tuned
    ? { rows: tuned.details, source: `the evaluation "${tuned.name}"` }
    : input.lastAnswers
      ? { rows: input.lastAnswers.answers, source: `the validation questions at step ${input.lastAnswers.step}` }
      : null;
  if (from === null || from.rows.length === 0) return null;
  const right = spread(from.rows.filter((row) => verdict(row) === true));
  const wrong = spread(from.rows.filter((row) => verdict(row) === false));
  return html`<section class="samples"><h2>Sample answers</h2><p class="quiet">From ${from.source}; spread over its questions, not chosen.</p>${list("Right", right, "good")}${list("Wrong", wrong, "bad")}</section>`;
}

function verdict({ ts, ex, em, exact_match }: Sample): boolean | null {
  return ts ?? ex ?? em ?? exact_match ?? null;
}

function spread(rows: readonly Sample[]): Sample[] {
  if (rows.length <= EACH) return [...rows];
  return Array.from({ length: EACH }, (_, i) => rows[Math.floor((i * rows.length) / EACH)]!);
}

function list(title: string, rows: readonly Sample[], kind: "good" | "bad"): Markup | null {
  if (rows.length === 0) return null;
  return html`<h3>${title}</h3><ol>${rows.map((row) => sample(row, kind))}</ol>`;
}

function sample(
  { question, db_id, predicted, gold, failure, error, confidence }: Sample,
  kind: "good" | "bad",
): Markup {
  const why = failure?.error ?? error?.detail ?? null;
  const same = gold === undefined || predicted?.trim() === gold.trim();
  const facts = [db_id, typeof confidence === "number" ? `confidence ${confidence.toFixed(2)}` : null].filter(
    (it) => it,
  );
  return html`<li class="${kind}"><p class="question">${question ?? ""} <span class="quiet">${facts.join(", ")}</span></p><pre><b>answer</b> ${predicted ?? ""}</pre>${same ? null : html`<pre><b>gold</b>   ${gold ?? ""}</pre>`}${kind === "bad" && why ? html`<p class="why">${why}</p>` : null}</li>`;
}
