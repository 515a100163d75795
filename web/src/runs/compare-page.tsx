import { useCallback, useMemo } from "preact/hooks";
import { Button } from "../parts/button.js";
import { DataTable } from "../parts/data-table.js";
import { EmptyState } from "../parts/empty-state.js";
import { ErrorBox } from "../parts/error-box.js";
import { hrefOf, navigate } from "../router.js";
import { comparedCurves, pointsOf, valueText } from "./curve.js";
import { CurveGrid } from "./curve-grid.js";
import { differingKeys } from "./flat-config.js";
import { compareHref } from "./run-list.js";
import { RunState } from "./run-state.js";
import { isGoingOn, type RunDetails, type RunEvent } from "./run-types.js";
import { fetchEvents, fetchRun } from "./runs-api.js";
import { isShare } from "./score-text.js";
import { usePolled } from "./use-polled.js";

interface Compared {
  id: string;
  run: RunDetails;
  events: RunEvent[];
}

const EVERY_MS = 10_000;

/** Runs beside each other: their curves in the same charts, their last numbers, and what was set otherwise. */
export function ComparePage({ ids }: { ids: readonly string[] }) {
  const load = useCallback(
    (signal: AbortSignal) =>
      Promise.all(
        ids.map(async (id): Promise<Compared> => {
          const [run, { events }] = await Promise.all([fetchRun(id, signal), fetchEvents(id, signal)]);
          return { id, run, events };
        }),
      ),
    // The page has them as its key.
    [],
  );
  const { value, error, reload } = usePolled(load, EVERY_MS);
  const curves = useMemo(() => (value ? comparedCurves(value) : []), [value]);
  const without = (id: string) => {
    const rest = ids.filter((it) => it !== id);
    navigate(rest.length > 0 ? compareHref(rest) : hrefOf("runs"));
  };
  return (
    <>
      <div class="view-head">
        <div class="run-title">
          <a class="small" href={hrefOf("runs")}>
            Runs
          </a>
          <h1>{ids.length === 1 ? "One run" : `${ids.length} runs compared`}</h1>
        </div>
      </div>
      {error != null && <ErrorBox title="The runs could not be loaded" error={error} onRetry={reload} />}
      {value && (
        <>
          <ul class="compared-runs">
            {value.map(({ id, run }, at) => (
              <li key={id}>
                <span class={`swatch mark-${at + 1}`} aria-hidden="true" />
                <a href={hrefOf("runs", id)}>{id}</a>
                <RunState run={run} />
                {isGoingOn(run) && run.steps !== null && (
                  <span class="quiet small">{`${run.step} / ${run.steps}`}</span>
                )}
                <Button
                  kind="plain"
                  size="small"
                  icon="close"
                  aria-label={`Leave ${id} out`}
                  onClick={() => without(id)}
                />
              </li>
            ))}
          </ul>
          {curves.length > 0 ? (
            <CurveGrid curves={curves} group={`compare ${ids.join(" ")}`} />
          ) : (
            <EmptyState icon="chart" title="None of them has logged a step yet" />
          )}
          <section class="compare-tables">
            <h2>Last numbers</h2>
            <LastNumbers runs={value} />
            <h2>Set otherwise</h2>
            <Differences runs={value} />
          </section>
        </>
      )}
    </>
  );
}

const NUMBERS: [label: string, event: "train" | "eval", field: string][] = [
  ["training loss", "train", "loss"],
  ["evaluation loss", "eval", "eval_loss"],
  ["perplexity", "eval", "perplexity"],
  ["tokens right", "eval", "token_accuracy"],
  ["EX", "eval", "ex"],
  ["EM", "eval", "em"],
  ["TS", "eval", "ts"],
  ["string match", "eval", "exact_match"],
  ["tokens/s", "train", "tokens_per_s"],
];

function LastNumbers({ runs }: { runs: readonly Compared[] }) {
  const rows = NUMBERS.flatMap(([label, event, field]) => {
    const values = runs.map(({ events }) => pointsOf(events, event, field).at(-1)?.[1] ?? null);
    if (values.every((value) => value === null)) return [];
    return [[label, ...values.map((value) => (value === null ? "–" : valueText(value, isShare(field))))]];
  });
  const best = runs.map(({ run }) =>
    run.best ? `${valueText(run.best.value, isShare(run.best.metric))} at ${run.best.step}` : "–",
  );
  const steps = runs.map(({ run }) => (run.steps === null ? "–" : `${run.step} / ${run.steps}`));
  return (
    <DataTable
      label="Last numbers"
      columns={["number", ...runs.map(({ id }) => id)]}
      rows={[["steps", ...steps], ["best", ...best], ...rows]}
      fileName="runs.csv"
    />
  );
}

function Differences({ runs }: { runs: readonly Compared[] }) {
  const rows = differingKeys(runs.map(({ run }) => run.config ?? {})).map(({ key, values }) => [key, ...values]);
  if (rows.length === 0) return <p class="quiet">Their configs are the same.</p>;
  return (
    <DataTable
      label="Keys that differ"
      columns={["key", ...runs.map(({ id }) => id)]}
      rows={rows}
      cell={(value, column) =>
        value == null ? (
          <span class="quiet">not set</span>
        ) : (
          <span class={column === 0 ? "mono" : ""}>{String(value)}</span>
        )
      }
    />
  );
}
