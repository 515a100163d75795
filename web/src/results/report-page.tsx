import { useCallback, useMemo } from "preact/hooks";
import { ApiError } from "../api/api-error.js";
import { apiKey } from "../api/api-key.js";
import { Button } from "../parts/button.js";
import { download } from "../parts/csv.js";
import { EmptyState } from "../parts/empty-state.js";
import { ErrorBox } from "../parts/error-box.js";
import { hrefOf, navigate } from "../router.js";
import { dateText } from "../runs/time-text.js";
import { usePolled } from "../runs/use-polled.js";
import { useStore } from "../state/store.js";
import { Breakdowns } from "./breakdowns.js";
import { FilterBar } from "./filter-bar.js";
import { Method } from "./method.js";
import { ReliabilityChart } from "./reliability-chart.js";
import { fetchHtml, fetchReport, htmlHref } from "./report-api.js";
import type { Report } from "./report-types.js";
import { filterFrom, queryOf, type RowFilter, rowMatcher } from "./row-filter.js";
import { RowsPanel } from "./rows-panel.js";
import { ScoreCards } from "./score-cards.js";

/** One evaluation: its scores, where they come from, and every row. */
export function ReportPage({ id, query }: { id: string; query: URLSearchParams }) {
  const load = useCallback((signal: AbortSignal) => fetchReport(id, signal), [id]);
  const { value: report, error, reload } = usePolled(load, null);
  if (report) return <Shown report={report} query={query} />;
  if (error == null) return <p class="unseen">Loading…</p>;
  const gone = error instanceof ApiError && error.status === 404;
  return (
    <>
      <div class="view-head">
        <div class="run-title">
          <a class="small" href={hrefOf("results")}>
            Results
          </a>
          <h1>Report</h1>
        </div>
      </div>
      <ErrorBox
        title={gone ? "There is no such report" : "The report could not be loaded"}
        error={error}
        onRetry={gone ? undefined : reload}
      />
    </>
  );
}

function Shown({ report, query }: { report: Report; query: URLSearchParams }) {
  const { metrics, rows } = report;
  const filter = useMemo(() => filterFrom(query, metrics), [String(query), metrics]);
  const found = useMemo(() => rows.filter(rowMatcher(filter)), [rows, filter]);
  // Of wrong answers alone no confidence is right.
  const judged = useMemo(() => rows.filter(rowMatcher(filter, "verdict")), [rows, filter]);
  const chosen = query.has("row") ? Number(query.get("row")) : null;
  const go = (next: RowFilter, row: number | null) => {
    navigate(hrefOf("results", report.id, queryOf(next, metrics, row)), { replace: true });
  };
  const change = (part: Partial<RowFilter>) => go({ ...filter, ...part }, null);
  return (
    <>
      <div class="view-head">
        <div class="run-title">
          <a class="small" href={hrefOf("results")}>
            Results
          </a>
          <h1>{report.name}</h1>
          <span class="quiet small">{dateText(report.modified)}</span>
        </div>
        {report.html && <HtmlLink report={report} />}
      </div>
      <ScoreCards report={report} metric={filter.metric} onChoose={(metric) => change({ metric })} />
      <Breakdowns rows={rows} filter={filter} onChange={change} />
      <ReliabilityChart rows={judged} metric={metrics.find(({ key }) => key === filter.metric)} />
      <FilterBar rows={rows} found={found.length} filter={filter} onChange={change} />
      {rows.length === 0 ? (
        <EmptyState icon="list" title="The report has no rows" />
      ) : (
        <RowsPanel
          rows={found}
          metrics={metrics}
          metric={filter.metric}
          chosen={chosen}
          onChoose={(row) => go(filter, row)}
        />
      )}
      <Method report={report} />
    </>
  );
}

/** A link cannot send a key: where the server wants one the page fetches the file and saves it. */
function HtmlLink({ report }: { report: Report }) {
  const key = useStore(apiKey);
  if (key === "") {
    return (
      <a class="button" href={htmlHref(report.id)} target="_blank" rel="noreferrer">
        HTML report
      </a>
    );
  }
  const save = async () => download("report.html", await fetchHtml(report.id), "text/html;charset=utf-8");
  return (
    <Button icon="download" onClick={save}>
      HTML report
    </Button>
  );
}
