import { tally, wilson } from "../../../src/eval/html-report/page/tally.js";
import { percentText } from "../runs/score-text.js";
import type { PageVerdict, Report } from "./report-types.js";

/** Each metric with its count and interval; the chosen one decides what right and wrong mean below. */
export function ScoreCards(props: { report: Report; metric: PageVerdict; onChoose: (metric: PageVerdict) => void }) {
  const { report, metric, onChoose } = props;
  const { metrics, rows, facts } = report;
  return (
    <section class="score-section" aria-label="Scores">
      <fieldset class="score-cards" aria-label="Metric that the rows are shown by">
        {metrics.map(({ key, name, short, definition }) => {
          const { right, judged, unjudged } = tally(rows, key);
          const [low, high] = wilson(right, judged);
          return (
            <button
              key={key}
              type="button"
              class="score-card"
              aria-pressed={key === metric}
              title={definition || undefined}
              onClick={() => onChoose(key)}
            >
              <span class="score-name">
                {name} <span class="quiet">{short}</span>
              </span>
              <strong class="score-value">{judged === 0 ? "–" : percentText(right / judged)}</strong>
              <span class="quiet small">
                {`${right.toLocaleString("en")} of ${judged.toLocaleString("en")} · 95 % interval ${(100 * low).toFixed(1)} to ${(100 * high).toFixed(1)}`}
                {unjudged > 0 && ` · ${unjudged} not judged`}
              </span>
            </button>
          );
        })}
      </fieldset>
      <dl class="report-facts">
        {facts.map(([label, value]) => (
          <div key={label}>
            <dt>{label}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
