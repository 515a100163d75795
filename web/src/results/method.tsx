import { DataTable } from "../parts/data-table.js";
import { percentText } from "../runs/score-text.js";
import type { Report } from "./report-types.js";

/** How the numbers came about: components, rules, checksums. */
export function Method({ report }: { report: Report }) {
  const all = report.components.find(({ level }) => level === "all");
  return (
    <details class="method">
      <summary>
        <h2>Method</h2>
        <span class="quiet small">components, rules, checksums</span>
      </summary>
      {all && (
        <DataTable
          label="Components of exact set match"
          caption="Components of exact set match, all rows"
          columns={["component", "accuracy", "recall", "F1"]}
          rows={all.scores.map(({ name, accuracy, recall, f1 }) => [
            name,
            percentText(accuracy),
            percentText(recall),
            percentText(f1),
          ])}
        />
      )}
      <dl class="method-list">
        {report.method.map(([name, text]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{text}</dd>
          </div>
        ))}
      </dl>
    </details>
  );
}
