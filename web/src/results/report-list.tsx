import { EmptyState } from "../parts/empty-state.js";
import { ErrorBox } from "../parts/error-box.js";
import { hrefOf } from "../router.js";
import { percentText } from "../runs/score-text.js";
import { dateText } from "../runs/time-text.js";
import { usePolled } from "../runs/use-polled.js";
import { fetchReports } from "./report-api.js";
import type { ReportSummary } from "./report-types.js";

const EVERY_MS = 20_000;

/** Reports in run folders and elsewhere, the newest first. */
export function ReportList() {
  const { value, error, reload } = usePolled(fetchReports, EVERY_MS);
  return (
    <>
      <div class="view-head">
        <h1>Results</h1>
      </div>
      {error != null && <ErrorBox title="The reports could not be loaded" error={error} onRetry={reload} />}
      {value && value.reports.length === 0 && <Nothing shown={value.shown} />}
      {value && value.reports.length > 0 && (
        <ul class="report-list">
          {value.reports.map((report) => (
            <ReportCard key={report.id} report={report} />
          ))}
        </ul>
      )}
    </>
  );
}

function Nothing({ shown }: { shown: boolean }) {
  return (
    <EmptyState icon="list" title={shown ? "No evaluation yet" : "This server shows no reports"}>
      {shown ? (
        <p>
          <code>sqltune eval --output outputs/mine/eval/eval.json</code> writes one; it shows up here.
        </p>
      ) : (
        <p>
          Start it with <code>--runs outputs</code> for the reports in run folders, or with <code>--reports DIR</code>.
        </p>
      )}
    </EmptyState>
  );
}

function ReportCard({ report }: { report: ReportSummary }) {
  const { id, name, questions, problem, modified } = report;
  const scores = [
    ["EX", report.ex],
    ["TS", report.ts],
    ["EM", report.em],
    ["String", report.exact_match],
  ] as const;
  return (
    <li class="report-card">
      <div class="report-name">
        {problem === null ? <a href={hrefOf("results", id)}>{name}</a> : <strong>{name}</strong>}
        <p class="quiet small">
          {problem === null ? `${questions.toLocaleString("en")} questions · ${dateText(modified)}` : problem}
        </p>
      </div>
      {problem === null && (
        <dl class="report-scores">
          {scores
            .filter(([, score]) => score !== null)
            .map(([label, score]) => (
              <div key={label}>
                <dt>{label}</dt>
                <dd>{percentText(score!)}</dd>
              </div>
            ))}
        </dl>
      )}
    </li>
  );
}
