import { useMemo, useState } from "preact/hooks";
import { describeEvent } from "../../../src/observe/event-text.js";
import { Button } from "../parts/button.js";
import { EmptyState } from "../parts/empty-state.js";
import type { RunEvent } from "./run-types.js";

/** What the run said, as its log has it, the newest first. */
export function EventList({ events }: { events: readonly RunEvent[] }) {
  const [steps, setSteps] = useState(false);
  const lines = useMemo(
    () =>
      events
        .filter(({ event }) => steps || event !== "train")
        .flatMap((event) => {
          const text = describeEvent(event);
          return text === null ? [] : [{ kind: event.event, text }];
        })
        .reverse()
        .slice(0, 1000),
    [events, steps],
  );
  return (
    <div class="event-list">
      <div class="curve-options">
        <Button size="small" aria-pressed={steps} onClick={() => setSteps(!steps)}>
          With every step
        </Button>
      </div>
      {lines.length === 0 && <EmptyState icon="list" title="Nothing said yet" />}
      <ol>
        {lines.map(({ kind, text }, at) => (
          <li key={lines.length - at} class={`event-${kind}`}>
            {text}
          </li>
        ))}
      </ol>
    </div>
  );
}
