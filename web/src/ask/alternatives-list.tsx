import type { Alternative } from "../api/types.js";
import { Badge } from "../parts/badge.js";
import { Button } from "../parts/button.js";
import { percent, toneOf } from "./confidence-badge.js";
import { clearQuery } from "./query.js";
import { editedSql } from "./sql-text.js";

/** Other SQL that the model came up with, best first; one can be taken into the editor. */
export function AlternativesList({
  alternatives,
  onChoose,
}: {
  alternatives: readonly Alternative[];
  onChoose: () => void;
}) {
  const take = (sql: string) => {
    clearQuery();
    editedSql.set(sql);
    onChoose();
  };
  return (
    <ol class="alternatives">
      {alternatives.map(({ sql, confidence, executable, votes }) => (
        <li key={sql}>
          <pre class="mono">{sql}</pre>
          <div class="alternative-facts">
            <Badge tone={toneOf(confidence)}>{percent(confidence)}</Badge>
            {executable === false && <Badge tone="wrong">does not run</Badge>}
            {executable === true && <Badge tone="right">runs</Badge>}
            {votes !== undefined && <Badge>{`${votes} ${votes === 1 ? "vote" : "votes"}`}</Badge>}
            <Button size="small" onClick={() => take(sql)}>
              Use this
            </Button>
          </div>
        </li>
      ))}
    </ol>
  );
}
