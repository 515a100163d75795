import type { Route } from "../router.js";
import { ReportList } from "./report-list.js";
import { ReportPage } from "./report-page.js";
import "../runs/views.css";
import "./results.css";
import "./rows.css";

/** Evaluation reports: all that are there, or one with its rows. */
export function ResultsView({ route }: { route: Route }) {
  return (
    <div class="results">
      {route.id === null ? <ReportList /> : <ReportPage key={route.id} id={route.id} query={route.query} />}
    </div>
  );
}
