import { useMemo, useState } from "preact/hooks";
import { ApiError, messageOf } from "../api/api-error.js";
import type { ResultTable } from "../api/types.js";
import { DataTable } from "../parts/data-table.js";
import { ErrorBox } from "../parts/error-box.js";
import { Icon } from "../parts/icon.js";
import { Tabs } from "../parts/tabs.js";
import { useStore } from "../state/store.js";
import { answerState, databaseOf } from "./answer.js";
import { milliseconds } from "./answer-facts.js";
import { chartOf } from "./chart-data.js";
import { meantName } from "./meant-name.js";
import { type QueryState, queryState, runQuery } from "./query.js";
import { ResultChart } from "./result-chart.js";
import { editedSql } from "./sql-text.js";
import { subjectState } from "./subject.js";

/** What the SQL gives: rows, a chart of them, or why there are none. */
export function ResultPanel() {
  const query = useStore(queryState);
  const answer = useStore(answerState);
  const sql = useStore(editedSql);
  if (answer.phase !== "answered") return null;
  const database = databaseOf(answer.asked, answer.answer);
  if (query.phase === "idle") {
    if (database !== null) return null;
    return <p class="result-none quiet small">A schema alone has no rows: upload the database to run the SQL.</p>;
  }
  return (
    <section class="panel result" aria-label="Result">
      {query.phase === "running" && <p class="quiet small result-running">Running…</p>}
      {query.phase === "failed" && (
        <QueryFailure
          query={query}
          onRetry={database === null ? undefined : () => void runQuery(database, query.sql)}
        />
      )}
      {query.phase === "done" && <Result key={query.sql} query={query} stale={query.sql.trim() !== sql.trim()} />}
    </section>
  );
}

function Result({ query, stale }: { query: Extract<QueryState, { phase: "done" }>; stale: boolean }) {
  const { result, ms } = query;
  const [view, setView] = useState<"table" | "chart">("table");
  const chart = useMemo(() => chartOf(result), [result]);
  const caption = (
    <>
      <strong>{rowCount(result)}</strong>
      {ms !== null && <span> in {milliseconds(ms)}</span>}
      {stale && <span class="stale"> · of the SQL before it was edited</span>}
    </>
  );
  const table = () =>
    result.rows.length === 0 ? (
      <p class="result-empty quiet">{`No row. Columns: ${result.columns.join(", ")}.`}</p>
    ) : (
      <DataTable label="Rows" columns={result.columns} rows={result.rows} fileName="result.csv" caption={caption} />
    );
  if (result.rows.length === 0) {
    return (
      <>
        <p class="small quiet">{caption}</p>
        {table()}
      </>
    );
  }
  if (!chart) return table();
  return (
    <Tabs
      label="Result"
      chosen={view}
      onChoose={setView}
      tabs={[
        { name: "table", label: "Table", panel: table },
        { name: "chart", label: "Chart", panel: () => <ResultChart chart={chart} /> },
      ]}
    />
  );
}

function QueryFailure({
  query,
  onRetry,
}: {
  query: Extract<QueryState, { phase: "failed" }>;
  onRetry?: (() => void) | undefined;
}) {
  const { error } = query;
  const fromSqlite = !(error instanceof ApiError) || (error.status === 400 && error.details.param === "sql");
  const subject = useStore(subjectState);
  const meant = fromSqlite && subject.phase === "ready" ? meantName(messageOf(error), subject.subject.tables) : null;
  if (!fromSqlite) return <ErrorBox title="The query was not run" error={error} onRetry={onRetry} />;
  return (
    <div class="sql-error" role="alert">
      <Icon name="alert" />
      <div>
        <p class="sql-error-title">The SQL does not run</p>
        <p class="mono">{messageOf(error)}</p>
        {meant && (
          <p>
            Did you mean <code>{meant}</code>?
          </p>
        )}
      </div>
    </div>
  );
}

function rowCount({ rows, truncated }: ResultTable): string {
  const count = rows.length.toLocaleString("en");
  return truncated ? `The first ${count} rows` : `${count} ${rows.length === 1 ? "row" : "rows"}`;
}
