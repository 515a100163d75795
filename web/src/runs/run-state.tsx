import { Badge, type Tone } from "../parts/badge.js";
import { isGoingOn, type Run, type RunStanding } from "./run-types.js";

const TONES: Record<RunStanding, Tone> = {
  running: "accent",
  stalled: "unsure",
  dead: "wrong",
  done: "right",
  interrupted: "unsure",
  failed: "wrong",
};

/** How a run stands, in a word and a colour. */
export function RunState({ run }: { run: Pick<Run, "state" | "phase" | "stopping" | "reason"> }) {
  const { state, phase, stopping, reason } = run;
  // "training" says no more than "running"; "evaluating" does.
  const doing = stopping ? "stopping" : state === "running" && phase !== "training" ? phase : null;
  return (
    <Badge tone={TONES[state]} title={reason ?? undefined}>
      {state === "running" && <span class="run-pulse" aria-hidden="true" />}
      {state}
      {doing && <span class="run-doing">{doing}</span>}
    </Badge>
  );
}

/** Steps done of all, as a bar and in words. */
export function RunProgress({ run, note }: { run: Pick<Run, "step" | "steps" | "state">; note?: string | null }) {
  const { step, steps, state } = run;
  if (steps === null) return <span class="quiet small">{state === "running" ? "being set up" : "–"}</span>;
  return (
    <div class={isGoingOn({ state }) ? "run-progress" : "run-progress ended"}>
      <progress value={step} max={steps} aria-label={`Step ${step} of ${steps}`} />
      <span class="small">
        {`${step} / ${steps}`}
        {note && <span class="quiet">{` · ${note}`}</span>}
      </span>
    </div>
  );
}
