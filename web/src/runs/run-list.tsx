import { useCallback, useState } from "preact/hooks";
import { ApiError } from "../api/api-error.js";
import { Button } from "../parts/button.js";
import { EmptyState } from "../parts/empty-state.js";
import { ErrorBox } from "../parts/error-box.js";
import { hrefOf, navigate } from "../router.js";
import { useShortcut } from "../shell/shortcuts.js";
import { RunProgress, RunState } from "./run-state.js";
import { isGoingOn, type Run } from "./run-types.js";
import { fetchRuns } from "./runs-api.js";
import { scoreText } from "./score-text.js";
import { StartDialog } from "./start-dialog.js";
import { agoText, dateText, leftText, secondsLeft } from "./time-text.js";
import { usePolled } from "./use-polled.js";

const EVERY_MS = 4_000;
const MOST_COMPARED = 6;

/** All runs of the server's folder, the last started first. */
export function RunList() {
  const { value, error, reload } = usePolled(fetchRuns, EVERY_MS);
  const [chosen, setChosen] = useState<readonly string[]>([]);
  const [starting, setStarting] = useState(false);
  const choose = useCallback((id: string, on: boolean) => {
    setChosen((now) => (on ? [...now, id] : now.filter((it) => it !== id)));
  }, []);
  const training = value?.training === true;
  const compare = () => navigate(compareHref(chosen));
  useShortcut("n", "Start a run", () => setStarting(true), training);
  useShortcut("c", "Compare the chosen runs", compare, chosen.length > 1);
  if (error instanceof ApiError && error.details.code === "runs_off") return <RunsOff />;
  return (
    <>
      <div class="view-head">
        <h1>Runs</h1>
        <div class="view-actions">
          <Button icon="chart" disabled={chosen.length < 2} onClick={compare} title="Compare the chosen runs (c)">
            {chosen.length < 2 ? "Compare" : `Compare ${chosen.length}`}
          </Button>
          {training && (
            <Button kind="main" icon="play" onClick={() => setStarting(true)} title="Start a run (n)">
              Start a run
            </Button>
          )}
        </div>
      </div>
      {error != null && <ErrorBox title="The runs could not be loaded" error={error} onRetry={reload} />}
      {value && value.runs.length === 0 && (
        <EmptyState icon="chart" title="No runs yet">
          {training ? (
            <p>Start one here, or with sqltune train; it shows up as soon as it begins.</p>
          ) : (
            <p>
              Start one with <code>sqltune train</code>; it shows up as soon as it begins.
            </p>
          )}
        </EmptyState>
      )}
      {value && value.runs.length > 0 && <RunTable runs={value.runs} chosen={chosen} onChoose={choose} />}
      {starting && <StartDialog onClose={() => setStarting(false)} />}
    </>
  );
}

export function compareHref(ids: readonly string[]): string {
  return hrefOf("runs", null, new URLSearchParams(ids.map((id) => ["compare", id])));
}

interface TableProps {
  runs: readonly Run[];
  chosen: readonly string[];
  onChoose: (id: string, on: boolean) => void;
}

function RunTable({ runs, chosen, onChoose }: TableProps) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard
    <section class="run-table" tabIndex={0} aria-label="Runs">
      <table>
        <thead>
          <tr>
            <th scope="col">
              <span class="unseen">Compare</span>
            </th>
            <th scope="col">Run</th>
            <th scope="col">State</th>
            <th scope="col">Steps</th>
            <th scope="col" class="number">
              Loss
            </th>
            <th scope="col" class="number">
              Best
            </th>
            <th scope="col">Started</th>
          </tr>
        </thead>
        <tbody>
          {runs.map((run) => (
            <RunRow
              key={run.id}
              run={run}
              chosen={chosen.includes(run.id)}
              full={chosen.length >= MOST_COMPARED}
              onChoose={onChoose}
            />
          ))}
        </tbody>
      </table>
    </section>
  );
}

interface RowProps {
  run: Run;
  chosen: boolean;
  full: boolean;
  onChoose: TableProps["onChoose"];
}

function RunRow({ run, chosen, full, onChoose }: RowProps) {
  const left = isGoingOn(run) ? secondsLeft(run) : null;
  const { best } = run;
  return (
    <tr>
      <td class="run-check">
        <input
          type="checkbox"
          checked={chosen}
          disabled={full && !chosen}
          aria-label={`Compare ${run.id}`}
          onChange={(event) => onChoose(run.id, event.currentTarget.checked)}
        />
      </td>
      <th scope="row" class="run-name">
        <a href={hrefOf("runs", run.id)}>{run.id}</a>
        {run.reason && <p class="run-reason">{run.reason}</p>}
      </th>
      <td class="run-standing">
        <RunState run={run} />
      </td>
      <td class="run-steps">
        <RunProgress run={run} note={left === null ? null : leftText(left)} />
      </td>
      <td class="number" data-label="Loss">
        {run.loss === null ? "–" : run.loss.toFixed(4)}
      </td>
      <td class="number" data-label="Best">
        {best === null ? (
          "–"
        ) : (
          <>
            {scoreText(best.metric, best.value)}
            <span class="quiet small">{` ${best.metric} at ${best.step}`}</span>
          </>
        )}
      </td>
      <td data-label="Started" title={dateText(run.started)}>
        {agoText(run.started)}
      </td>
    </tr>
  );
}

function RunsOff() {
  return (
    <EmptyState icon="chart" title="This server shows no runs">
      <p>
        Start it with <code>sqltune serve --runs outputs</code>, the folder that your runs are in. With{" "}
        <code>--allow-training</code> runs can be started and stopped here too.
      </p>
    </EmptyState>
  );
}
