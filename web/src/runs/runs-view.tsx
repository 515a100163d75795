import type { Route } from "../router.js";
import { ComparePage } from "./compare-page.js";
import { RunList } from "./run-list.js";
import { RunPage } from "./run-page.js";
import "./curves.css";
import "./predictions.css";
import "./run-list.css";
import "./run-page.css";
import "./views.css";

/** Training runs: all of them, one of them, or some beside each other. */
export function RunsView({ route }: { route: Route }) {
  const compared = route.query.getAll("compare");
  return (
    <div class="runs">
      {route.id !== null ? (
        <RunPage key={route.id} id={route.id} query={route.query} />
      ) : compared.length > 0 ? (
        <ComparePage key={compared.join("\n")} ids={compared} />
      ) : (
        <RunList />
      )}
    </div>
  );
}
