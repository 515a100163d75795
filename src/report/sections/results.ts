import type { EvalScores } from "../../eval/index.js";
import { count, html, type Markup, percent, table } from "../markup.js";
import type { ReportedEval, ReportInput } from "../report-input.js";

const METRICS = [
  ["ex", "execution"],
  ["em", "exact set match"],
  ["ts", "test suite"],
  ["exact_match", "same text"],
] as const;

const GROUPS = [
  ["by_hardness", "By hardness"],
  ["by_category", "By kind of query"],
] as const;

/** Scores on the test questions, base model beside tuned one where both were asked. */
export function results({ evals, run }: ReportInput): Markup {
  if (evals.length === 0) {
    return html`<section><h2>Results</h2><p>No evaluation of the test questions was found in the run folder. <code>sqltune eval --adapter ${run.files.final_model ?? `${run.folder}/final_model`} --output ${run.folder}/eval/tuned/eval.json</code> makes one, and with <code>--base</code> the base model's beside it.</p></section>`;
  }
  const metrics = METRICS.filter(([key]) => evals.some(({ summary }) => typeof summary[key] === "number"));
  const head = ["", "questions", ...metrics.map(([, name]) => name)];
  const scores = (of: Partial<EvalScores> | undefined) => metrics.map(([key]) => percent(of?.[key]));
  const [first, ...others] = evals;
  const last = others.at(-1);
  const gain = last
    ? [
        ["gain", "", ...metrics.map(([key]) => points(first!.summary[key], last.summary[key]))].map(
          (it) => html`<b>${it}</b>`,
        ),
      ]
    : [];
  return html`<section><h2>Results</h2>${table(head, [
    ...evals.map(({ name, summary }) => [name, count(summary.questions ?? 0), ...scores(summary)]),
    ...gain,
  ])}${metrics.some(([key]) => key === "ex") ? html`<p class="quiet">Execution: the answer's result equals the gold query's on the question's database. Exact set match: Spider's comparison of the queries' parts. A dash was not judged.</p>` : null}${GROUPS.map(([key, title]) => group(evals, key, title))}</section>`;
}

function points(before: number | null | undefined, after: number | null | undefined): string {
  if (typeof before !== "number" || typeof after !== "number") return "–";
  const difference = 100 * (after - before);
  return `${difference < 0 ? "−" : "+"}${Math.abs(difference).toFixed(1)} points`;
}

/** The strictest verdict that the reports have, group by group. */
function group(evals: readonly ReportedEval[], key: "by_hardness" | "by_category", title: string): Markup | null {
  const with_ = evals.filter(({ summary }) => summary[key] !== undefined);
  const metric = METRICS.find(([name]) => with_.some(({ summary }) => typeof summary[name] === "number"));
  const names = Object.entries(with_.at(-1)?.summary[key] ?? {}).flatMap(([name, { questions = 0 }]) =>
    questions > 0 ? [name] : [],
  );
  if (!metric || names.length === 0) return null;
  const rows = names.map((name) => {
    const found = with_.map(({ summary }) => summary[key]?.[name]);
    return [
      name,
      count(found.at(-1)?.questions ?? 0),
      ...found.map((scores) => percent(scores?.[metric[0]])),
      shareBar(found.at(-1)?.[metric[0]]),
    ];
  });
  return html`<h3>${title}: ${metric[1]}</h3>${table(["", "questions", ...with_.map(({ name }) => name), ""], rows)}`;
}

function shareBar(share: number | null | undefined): Markup | null {
  return typeof share === "number"
    ? html`<span class="share"><i style="width:${(100 * share).toFixed(1)}%"></i></span>`
    : null;
}
