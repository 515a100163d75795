import { useMemo } from "preact/hooks";
import { CopyButton } from "../parts/copy-button.js";
import { comparedSegments, type SqlSegment, sqlSegments } from "./sql-segments.js";
import "./sql-diff.css";

/** A query with its words in colours. */
export function SqlText({ sql }: { sql: string }) {
  const found = useMemo(() => sqlSegments(sql), [sql]);
  return <SqlBlock segments={found} />;
}

export interface SqlDiffProps {
  gold: string;
  predicted: string;
  /** Stands at the head of the prediction. */
  predictedTitle?: string;
}

/** Gold and prediction beside each other; what only one of them has is marked. */
export function SqlDiff({ gold, predicted, predictedTitle = "Predicted" }: SqlDiffProps) {
  const diff = useMemo(() => comparedSegments(gold, predicted), [gold, predicted]);
  return (
    <div class="sql-diff">
      <SqlSide title="Gold" sql={gold} segments={diff.gold} mark="missing" />
      <SqlSide title={predictedTitle} sql={predicted} segments={diff.predicted} mark="added" />
      {diff.same && predicted !== "" && <p class="quiet small sql-same">The two queries have the same words.</p>}
    </div>
  );
}

interface SideProps {
  title: string;
  sql: string;
  segments: readonly SqlSegment[];
  mark: "missing" | "added";
}

function SqlSide({ title, sql, segments, mark }: SideProps) {
  return (
    <section class="sql-side" aria-label={title}>
      <header>
        <p class="sql-title">{title}</p>
        <CopyButton
          kind="plain"
          size="small"
          label="Copy"
          aria-label={`Copy ${title.toLowerCase()}`}
          text={() => sql}
        />
      </header>
      <SqlBlock segments={segments} mark={mark} />
    </section>
  );
}

function SqlBlock({ segments, mark }: { segments: readonly SqlSegment[]; mark?: "missing" | "added" }) {
  if (segments.length === 0) return <p class="sql-text quiet">no answer</p>;
  return (
    <pre class="sql-text">
      <code>
        {runsOf(segments).map(({ only, parts }, at) => {
          const inside = parts.map(({ space, text, kind }, place) => (
            <span key={place} class={`sql-${kind}`}>
              {place === 0 && only ? text : space + text}
            </span>
          ));
          const before = only ? (parts[0]?.space ?? "") : "";
          return only && mark ? (
            <span key={at}>
              {before}
              <mark class={mark}>{inside}</mark>
            </span>
          ) : (
            <span key={at}>{inside}</span>
          );
        })}
      </code>
    </pre>
  );
}

/** Words beside each other that are marked alike, so that a mark spans the blanks between them but no line's end. */
function runsOf(segments: readonly SqlSegment[]): { only: boolean; parts: SqlSegment[] }[] {
  const runs: { only: boolean; parts: SqlSegment[] }[] = [];
  for (const segment of segments) {
    const last = runs.at(-1);
    if (last && last.only === segment.only && !(segment.only && segment.space.includes("\n"))) last.parts.push(segment);
    else runs.push({ only: segment.only, parts: [segment] });
  }
  return runs;
}
