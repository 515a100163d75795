import { useEffect, useId, useLayoutEffect, useRef, useState } from "preact/hooks";
import { kindLabel, OUTCOME_MARK, OUTCOME_WORD } from "../../../src/eval/html-report/page/wording.js";
import type { PageRow, PageVerdict } from "./report-types.js";
import { outcomeOf } from "./row-filter.js";

/** Height of a row, as the style sheet has it: rows that are not seen are not drawn. */
const ROW_PX = 58;
const SPARE = 8;

export interface RowListProps {
  rows: readonly PageRow[];
  metric: PageVerdict;
  chosen: number | null;
  onChoose: (index: number) => void;
}

/** All rows, of which only those near the window's part are in the page: 10,000 scroll as smoothly as ten. */
export function RowList({ rows, metric, chosen, onChoose }: RowListProps) {
  const id = useId();
  const box = useRef<HTMLDivElement>(null);
  const [view, setView] = useState({ top: 0, height: 600 });
  const at = rows.findIndex(({ index }) => index === chosen);
  const first = Math.max(0, Math.floor(view.top / ROW_PX) - SPARE);
  const last = Math.min(rows.length, Math.ceil((view.top + view.height) / ROW_PX) + SPARE);
  const measure = () => {
    // A list that is emptied scrolls once more.
    if (!box.current) return;
    const { scrollTop, clientHeight } = box.current;
    setView((now) =>
      now.top === scrollTop && now.height === clientHeight ? now : { top: scrollTop, height: clientHeight },
    );
  };
  useLayoutEffect(measure, []);
  useEffect(() => {
    const observer = new ResizeObserver(measure);
    observer.observe(box.current!);
    return () => observer.disconnect();
  }, []);
  useLayoutEffect(() => {
    // The chosen row is seen whichever way it was chosen.
    const element = box.current!;
    if (at < 0) return;
    const top = at * ROW_PX;
    if (top < element.scrollTop) element.scrollTop = top;
    else if (top + ROW_PX > element.scrollTop + element.clientHeight)
      element.scrollTop = top + ROW_PX - element.clientHeight;
    measure();
  }, [at, rows]);
  const onKeyDown = (event: KeyboardEvent) => {
    const page = Math.max(1, Math.floor(view.height / ROW_PX) - 1);
    const by = { ArrowDown: 1, ArrowUp: -1, PageDown: page, PageUp: -page }[event.key];
    const to = event.key === "Home" ? 0 : event.key === "End" ? rows.length - 1 : by === undefined ? null : at + by;
    if (to === null) return;
    event.preventDefault();
    onChoose(rows[Math.min(Math.max(to, 0), rows.length - 1)]!.index);
  };
  return (
    <div
      class="row-list"
      ref={box}
      role="listbox"
      tabIndex={0}
      aria-label="Rows"
      aria-activedescendant={at >= first && at < last ? `${id}-${rows[at]!.index}` : undefined}
      onScroll={measure}
      onKeyDown={onKeyDown}
    >
      <div role="presentation" style={{ height: `${first * ROW_PX}px` }} />
      {rows.slice(first, last).map((row, place) => (
        <RowLine
          key={row.index}
          id={`${id}-${row.index}`}
          row={row}
          metric={metric}
          chosen={row.index === chosen}
          place={first + place + 1}
          of={rows.length}
          onChoose={onChoose}
        />
      ))}
      <div role="presentation" style={{ height: `${(rows.length - last) * ROW_PX}px` }} />
    </div>
  );
}

interface LineProps {
  id: string;
  row: PageRow;
  metric: PageVerdict;
  chosen: boolean;
  place: number;
  of: number;
  onChoose: (index: number) => void;
}

function RowLine({ id, row, metric, chosen, place, of, onChoose }: LineProps) {
  const outcome = outcomeOf(row, metric);
  const words = [row.db, row.hardness, row.miss && outcome !== "right" ? kindLabel(row.miss.kind) : null];
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the list has the keys of all its options
    <div
      id={id}
      class="row-line"
      role="option"
      tabIndex={-1}
      aria-selected={chosen}
      aria-posinset={place}
      aria-setsize={of}
      onClick={() => onChoose(row.index)}
    >
      <span class={`verdict ${outcome}`} title={OUTCOME_WORD[outcome]}>
        <span aria-hidden="true">{OUTCOME_MARK[outcome]}</span>
        <span class="unseen">{OUTCOME_WORD[outcome]}</span>
      </span>
      <span class="row-text">
        <span class="row-question">{row.question || "(no question)"}</span>
        <span class="row-words quiet small">{words.filter(Boolean).join(" · ")}</span>
      </span>
      {row.confidence !== null && (
        <span class="row-confidence quiet small">{(row.calibrated ?? row.confidence).toFixed(2)}</span>
      )}
    </div>
  );
}
