import type { EvalDetail } from "../../eval/index.js";
import { lineChart } from "../line-chart.js";
import { count, html, type Markup, short, table } from "../markup.js";
import type { ReportInput } from "../report-input.js";

const BINS = 10;
/** Fewer answers than this in a bin say nothing of its share. */
const LEAST = 5;

/** How far confidence can be taken at its word: the fit in sqltune.json, and what the evaluation shows. */
export function calibration({ sqltune, evals }: ReportInput): Markup | null {
  const fitted = sqltune?.calibration ?? null;
  const tuned = evals.find(({ name }) => name === "tuned") ?? evals.find(({ name }) => name !== "base");
  const points = tuned ? reliability(tuned.details) : [];
  if (fitted === null && points.length < 2) return null;
  const { slope, intercept } = fitted?.any ?? { slope: 1, intercept: 0 };
  const sigmoid = Array.from({ length: 41 }, (_, i) => {
    const confidence = Math.min(0.995, Math.max(0.005, i / 40));
    const logit = Math.log(confidence / (1 - confidence));
    return [confidence, 1 / (1 + Math.exp(-(slope * logit + intercept)))] as const;
  });
  const chart = lineChart(
    [
      { name: "answers that are right, by confidence", points, dotted: true },
      ...(fitted ? [{ name: "calibrated confidence", points: sigmoid }] : []),
    ],
    {
      title: "Confidence and how often it is right",
      xName: "confidence",
      width: 520,
      height: 260,
      xRange: [0, 1],
      yRange: [0, 1],
      diagonal: true,
    },
  );
  return html`<section><h2>Confidence</h2>${chart}${
    fitted
      ? html`${table(
          ["", "confidence", "calibrated"],
          [
            ["expected calibration error", short(fitted.before.ece), short(fitted.after.ece)],
            ["Brier score", short(fitted.before.brier), short(fitted.after.brier)],
          ],
        )}<p class="quiet">Fitted (Platt) on ${count(fitted.rows)} held-out answers of ${fitted.databases} databases, ${count(fitted.right)} of them right; the calibrated column is cross-validated.</p>`
      : html`<p class="quiet">This adapter has no calibration: the curve shows the confidence as the engine computes it.</p>`
  }</section>`;
}

/** Mean confidence and share of right answers, bin by bin. */
function reliability(details: readonly Partial<EvalDetail>[]): [number, number][] {
  const bins = Array.from({ length: BINS }, () => ({ sum: 0, right: 0, number: 0 }));
  for (const { confidence, ts, ex, em } of details) {
    const verdict = ts ?? ex ?? em ?? null;
    if (typeof confidence !== "number" || verdict === null) continue;
    const bin = bins[Math.min(BINS - 1, Math.floor(confidence * BINS))]!;
    bin.sum += confidence;
    bin.number++;
    if (verdict) bin.right++;
  }
  return bins.flatMap(({ sum, right, number }) => (number >= LEAST ? [[sum / number, right / number]] : [])) as [
    number,
    number,
  ][];
}
