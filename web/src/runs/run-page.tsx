import { useMemo, useState } from "preact/hooks";
import { ApiError } from "../api/api-error.js";
import { Button } from "../parts/button.js";
import { EmptyState } from "../parts/empty-state.js";
import { ErrorBox } from "../parts/error-box.js";
import { Notice } from "../parts/notice.js";
import { Tabs } from "../parts/tabs.js";
import { hrefOf, navigate } from "../router.js";
import { ConfigView } from "./config-view.js";
import { curvesOf } from "./curve.js";
import { CurveGrid } from "./curve-grid.js";
import { EventList } from "./event-list.js";
import { PredictionsView } from "./predictions-view.js";
import { RunFacts } from "./run-facts.js";
import { RunProgress, RunState } from "./run-state.js";
import { isGoingOn, type RunDetails, type RunEvent } from "./run-types.js";
import { StopDialog } from "./stop-dialog.js";
import { leftText, secondsLeft } from "./time-text.js";
import { type Link, useRun } from "./use-run.js";

const TABS = ["curves", "predictions", "config", "events"] as const;
type TabName = (typeof TABS)[number];

/** One run: how it stands, its curves as they grow, what it answers, and what it was told to do. */
export function RunPage({ id, query }: { id: string; query: URLSearchParams }) {
  const { run, events, link, error } = useRun(id);
  const [stopping, setStopping] = useState(false);
  const chosen = TABS.find((name) => name === query.get("tab")) ?? "curves";
  const choose = (name: TabName) => {
    const next = name === "curves" ? undefined : new URLSearchParams({ tab: name });
    navigate(hrefOf("runs", id, next), { replace: true });
  };
  const curves = useMemo(() => curvesOf(events), [events]);
  // After how many evaluations the predictions are to be read again.
  const evaluations = useMemo(() => events.filter(({ event }) => event === "eval").length, [events]);
  if (!run) return error == null ? <p class="unseen">Loading…</p> : <NotShown id={id} error={error} />;
  const tabs = [
    { name: "curves" as const, label: "Curves", panel: () => <Curves id={id} run={run} curves={curves} /> },
    {
      name: "predictions" as const,
      label: "Predictions",
      panel: () => <PredictionsView id={id} evaluations={evaluations} />,
    },
    { name: "config" as const, label: "Config", panel: () => <ConfigView run={run} /> },
    { name: "events" as const, label: "Events", panel: () => <EventList events={events} /> },
  ];
  return (
    <>
      <RunHead run={run} events={events} link={link} onStop={() => setStopping(true)} />
      {run.reason && run.state !== "done" && (
        <Notice tone={run.state === "interrupted" || run.state === "stalled" ? "unsure" : "wrong"}>
          <p class="notice-title">{REASONS[run.state] ?? "This run is not going on"}</p>
          <p class="preserve">{run.reason}</p>
        </Notice>
      )}
      <RunFacts run={run} events={events} />
      <Tabs label="Of this run" tabs={tabs} chosen={chosen} onChoose={choose} />
      {stopping && <StopDialog run={run} onClose={() => setStopping(false)} />}
    </>
  );
}

const REASONS: Record<string, string> = {
  stalled: "It seems to stand still",
  dead: "Its process has gone",
  failed: "It failed",
  interrupted: "It was interrupted",
};

interface HeadProps {
  run: RunDetails;
  events: readonly RunEvent[];
  link: Link;
  onStop: () => void;
}

function RunHead({ run, events, link, onStop }: HeadProps) {
  const start = events.findLast((event) => event.event === "start");
  const left = isGoingOn(run) ? secondsLeft(run, start?.step) : null;
  return (
    <div class="view-head">
      <div class="run-title">
        <a class="small" href={hrefOf("runs")}>
          Runs
        </a>
        <h1>{run.id}</h1>
        <RunState run={run} />
        <LiveMark link={link} goingOn={isGoingOn(run)} />
      </div>
      <div class="run-head-end">
        <RunProgress run={run} note={left === null ? null : leftText(left)} />
        {isGoingOn(run) && (
          <Button kind="danger" icon="stop" disabled={run.stopping} onClick={onStop}>
            {run.stopping ? "Stopping…" : "Stop"}
          </Button>
        )}
      </div>
    </div>
  );
}

/** Whether what is seen is what is: only where it can change. */
function LiveMark({ link, goingOn }: { link: Link; goingOn: boolean }) {
  if (link === "lost") return <span class="live-mark lost">connection lost, trying again</span>;
  if (!goingOn) return null;
  return <span class="live-mark">{link === "live" ? "live" : "connecting…"}</span>;
}

function Curves({ id, run, curves }: { id: string; run: RunDetails; curves: ReturnType<typeof curvesOf> }) {
  if (curves.length > 0) return <CurveGrid curves={curves} group={`run ${id}`} />;
  return (
    <EmptyState icon="chart" title="No steps yet">
      {isGoingOn(run) ? (
        <p>Curves begin with the first logged steps, after data and model are loaded.</p>
      ) : (
        <p>It ended before its first steps were logged.</p>
      )}
    </EmptyState>
  );
}

function NotShown({ id, error }: { id: string; error: unknown }) {
  const gone = error instanceof ApiError && error.status === 404;
  return (
    <>
      <div class="view-head">
        <div class="run-title">
          <a class="small" href={hrefOf("runs")}>
            Runs
          </a>
          <h1>{id}</h1>
        </div>
      </div>
      <ErrorBox title={gone ? "There is no such run" : "The run could not be loaded"} error={error} />
    </>
  );
}
