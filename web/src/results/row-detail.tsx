import type { ComponentChildren } from "preact";
import { kindLabel, OUTCOME_MARK, OUTCOME_WORD } from "../../../src/eval/html-report/page/wording.js";
import { TokenText } from "../ask/token-text.js";
import { Badge } from "../parts/badge.js";
import { Button } from "../parts/button.js";
import { percentText } from "../runs/score-text.js";
import type { PageMetric, PageRow } from "./report-types.js";
import { outcomeOf } from "./row-filter.js";
import { SqlDiff } from "./sql-diff.js";
import "../ask/answer.css";

export interface RowDetailProps {
  row: PageRow;
  metrics: readonly PageMetric[];
  /** "3 of 120" */
  place: string;
  onMove: (by: number) => void;
  onClose: () => void;
}

const TONES = { right: "right", wrong: "wrong", unjudged: "quiet" } as const;

/** A row in full: what was asked, what was answered, and why that is right or wrong. */
export function RowDetail({ row, metrics, place, onMove, onClose }: RowDetailProps) {
  const { miss, failure, tokens, components } = row;
  return (
    <article>
      <header class="detail-head">
        <span class="quiet small">{place}</span>
        <span class="detail-keys">
          <Button kind="plain" size="small" onClick={() => onMove(-1)} title="Row before (k)">
            Back
          </Button>
          <Button kind="plain" size="small" onClick={() => onMove(1)} title="Next row (j)">
            Next
          </Button>
          <Button
            kind="plain"
            size="small"
            icon="close"
            aria-label="Close the row"
            title="Close (Esc)"
            onClick={onClose}
          />
        </span>
      </header>
      <h2 class="detail-question">{row.question || "(no question)"}</h2>
      <p class="detail-badges">
        {metrics.map(({ key, short }) => {
          const outcome = outcomeOf(row, key);
          return (
            <Badge key={key} tone={TONES[outcome]} title={OUTCOME_WORD[outcome]}>
              {short} {OUTCOME_MARK[outcome]}
              <span class="unseen">{OUTCOME_WORD[outcome]}</span>
            </Badge>
          );
        })}
        {[row.db, row.hardness, row.category].map((word) => word && <Badge key={word}>{word}</Badge>)}
      </p>
      {miss && (
        <div class="detail-miss">
          <p class="detail-miss-kind">{kindLabel(miss.kind)}</p>
          <p>{miss.detail}</p>
          {miss.all.length > 1 && (
            <p class="quiet small">{`Also: ${miss.all
              .filter((kind) => kind !== miss.kind)
              .map(kindLabel)
              .join(", ")}`}</p>
          )}
        </div>
      )}
      {failure && (
        <p class="failure">
          {failure.kind === "gold" ? `The gold cannot be judged: ${failure.error}` : `Did not run: ${failure.error}`}
        </p>
      )}
      <SqlDiff gold={row.gold} predicted={row.predicted} />
      {tokens && (
        <Section title="Tokens">
          <TokenText tokens={tokens.map(([text, probability]) => ({ text, probability }))} legend />
        </Section>
      )}
      {components.length > 0 && (
        <Section title="Components of exact set match">
          <ul class="component-list">
            {components.map(({ name, right }) => (
              <li key={name}>
                <Badge tone={right ? "right" : "wrong"}>
                  {name} {right ? "✓" : "✗"}
                  <span class="unseen">{right ? "right" : "wrong"}</span>
                </Badge>
              </li>
            ))}
          </ul>
        </Section>
      )}
      <dl class="report-facts detail-facts">
        <Fact label="Row" value={row.id} />
        <Fact label="Confidence" value={row.confidence === null ? null : percentText(row.confidence)} />
        <Fact label="Calibrated" value={row.calibrated === null ? null : percentText(row.calibrated)} />
        <Fact label="Abstained" value={row.abstained ? "yes" : null} />
        <Fact label="Suite" value={row.suiteSize === null ? null : `${row.suiteSize} databases`} />
        <Fact label="Queries" value={row.seconds > 0 ? `${(1000 * row.seconds).toFixed(0)} ms` : null} />
        <Fact label="Answer" value={row.latencyMs === null ? null : `${(row.latencyMs / 1000).toFixed(1)} s`} />
        <Fact label="Ended by" value={row.finishReason} />
      </dl>
    </article>
  );
}

function Section({ title, children }: { title: string; children: ComponentChildren }) {
  return (
    <section class="detail-section">
      <h3>{title}</h3>
      {children}
    </section>
  );
}

function Fact({ label, value }: { label: string; value: string | null }) {
  if (value === null || value === "") return null;
  return (
    <div>
      <dt>{label}</dt>
      <dd>{value}</dd>
    </div>
  );
}
