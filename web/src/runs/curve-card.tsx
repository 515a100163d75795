import type { ComponentType } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { Button } from "../parts/button.js";
import { DataTable } from "../parts/data-table.js";
import { ErrorBox } from "../parts/error-box.js";
import { aligned, type Curve, smoothed, valueText } from "./curve.js";
import type { ChartProps } from "./curve-chart.js";

export type CurveCardProps = Pick<ChartProps, "curve" | "log" | "smoothing" | "height" | "span" | "scheme" | "group">;

/** One chart with its readout; its numbers also as a table, and its cursor also by the arrow keys. */
export function CurveCard({ curve, log, smoothing, ...rest }: CurveCardProps) {
  const { Chart, error } = useChart();
  const [step, setStep] = useState<number | null>(null);
  const [asTable, setAsTable] = useState(false);
  const move = useRef<((step: number | null) => void) | null>(null);
  const { steps } = aligned(curve.series.map(({ points }) => points));
  const last = steps.at(-1) ?? 0;
  const readout = readoutOf(curve, step, smoothing);
  const said = `step ${step ?? last}: ${readout.map(({ label, text }) => `${label} ${text}`).join(", ")}`;
  const onKeyDown = (event: KeyboardEvent) => {
    const at = step === null ? steps.length - 1 : steps.indexOf(step);
    const far = Math.max(1, Math.round(steps.length / 10));
    const by = { ArrowLeft: -1, ArrowRight: 1, PageDown: -far, PageUp: far }[event.key];
    const to = event.key === "Home" ? 0 : event.key === "End" ? steps.length - 1 : by === undefined ? null : at + by;
    if (event.key === "Escape") move.current?.(null);
    if (to === null) return;
    event.preventDefault();
    move.current?.(steps[Math.min(Math.max(to, 0), steps.length - 1)] ?? null);
  };
  return (
    <figure class="curve-card">
      <figcaption class="curve-head">
        <h2>{curve.title}</h2>
        <Button
          kind="plain"
          size="small"
          icon={asTable ? "chart" : "table"}
          aria-pressed={asTable}
          aria-label={`${curve.title} as a table`}
          title="As a table"
          onClick={() => setAsTable(!asTable)}
        />
      </figcaption>
      <p class="curve-readout">
        <span class="quiet">{`step ${step ?? last}`}</span>
        {readout.map(({ label, text, mark }) => (
          <span key={label} class="curve-value">
            <span class={`swatch mark-${mark}`} aria-hidden="true" />
            <span class="curve-label">{label}</span> <strong>{text}</strong>
          </span>
        ))}
      </p>
      {asTable ? (
        <CurveTable curve={curve} />
      ) : (
        <div
          class="curve-plot"
          role="slider"
          tabIndex={0}
          aria-label={`${curve.title}, cursor`}
          aria-valuemin={steps[0] ?? 0}
          aria-valuemax={last}
          aria-valuenow={step ?? last}
          aria-valuetext={said}
          onKeyDown={onKeyDown}
        >
          {error != null && <ErrorBox title="The chart could not be loaded" error={error} />}
          {Chart && (
            <Chart
              {...{ curve, smoothing, ...rest }}
              log={log && curve.log === true}
              onCursor={setStep}
              onReady={(to) => {
                move.current = to;
              }}
            />
          )}
          {!Chart && <div class="chart-canvas" style={{ height: `${rest.height}px` }} />}
        </div>
      )}
    </figure>
  );
}

interface Value {
  label: string;
  text: string;
  mark: number;
}

/** Each series at a step, or the nearest earlier value it has; without a step its last. */
function readoutOf({ series, share }: Curve, step: number | null, smoothing: number): Value[] {
  return series.map(({ label, mark, points, noisy }) => {
    const drawn = noisy && smoothing > 0 ? smoothed(points, smoothing) : points;
    const found = step === null ? drawn.at(-1) : drawn.findLast(([at]) => at <= step);
    return { label, mark, text: valueText(found?.[1], share) };
  });
}

function CurveTable({ curve }: { curve: Curve }) {
  const { steps, values } = aligned(curve.series.map(({ points }) => points));
  const name = curve.title.toLowerCase().replaceAll(/\W+/g, "-");
  return (
    <DataTable
      label={curve.title}
      columns={["step", ...curve.series.map(({ label }) => label)]}
      rows={steps.map((step, at) => [step, ...values.map((column) => column[at]!)])}
      fileName={`${name}.csv`}
      cell={(value, column) => {
        if (value == null) return "";
        return column === 0 || typeof value !== "number" ? String(value) : valueText(value, curve.share);
      }}
    />
  );
}

let chartCode: Promise<ComponentType<ChartProps>> | null = null;

/** The drawing code comes when the first chart is looked at. */
function useChart(): { Chart: ComponentType<ChartProps> | null; error: unknown } {
  const [state, setState] = useState<{ Chart: ComponentType<ChartProps> | null; error: unknown }>({
    ...{ Chart: null, error: null },
  });
  useEffect(() => {
    let gone = false;
    chartCode ??= import("./curve-chart.js").then((module) => module.default);
    chartCode.then(
      (Chart) => gone || setState({ Chart, error: null }),
      (error: unknown) => {
        chartCode = null;
        if (!gone) setState({ Chart: null, error });
      },
    );
    return () => {
      gone = true;
    };
  }, []);
  return state;
}
