import { useMemo } from "preact/hooks";
import { type Reliability, reliability } from "../../../src/eval/reliability.js";
import { DataTable } from "../parts/data-table.js";
import { percentText } from "../runs/score-text.js";
import type { PageMetric, PageRow, PageVerdict } from "./report-types.js";

/** How far the confidences can be trusted: of answers with a confidence, the share that is right. */
export function ReliabilityChart({ rows, metric }: { rows: readonly PageRow[]; metric: PageMetric | undefined }) {
  const curves = useMemo(() => {
    if (!metric) return [];
    return (["confidence", "calibrated"] as const).flatMap((key, at) => {
      const found = reliabilityOf(rows, key, metric.key);
      return found
        ? [{ key, label: key === "calibrated" ? "calibrated" : "as the model says", mark: at + 1, found }]
        : [];
    });
  }, [rows, metric]);
  if (!metric || curves.length === 0) return null;
  return (
    <details class="reliability">
      <summary>
        <h2>Confidence</h2>
        <span class="quiet small">
          {curves.map(({ label, found }) => `${label}: off by ${percentText(found.ece)} on average`).join(" · ")}
        </span>
      </summary>
      <div class="reliability-body">
        <Plot curves={curves} short={metric.short} />
        <div>
          <p class="quiet small">
            {`Answers by tenths of their confidence, and the share of each that is right by ${metric.short}. On the dotted line a confidence says what it means.`}
          </p>
          {curves.map(({ key, label, mark, found }) => (
            <DataTable
              key={key}
              label={`Confidence, ${label}`}
              caption={
                <span class="curve-value">
                  <span class={`swatch mark-${mark}`} aria-hidden="true" />
                  {label}
                </span>
              }
              columns={["from", "rows", "mean confidence", `right by ${metric.short}`]}
              rows={found.bins.map((bin) => [
                percentText(bin.from),
                bin.rows,
                percentText(bin.confidence),
                percentText(bin.accuracy),
              ])}
            />
          ))}
        </div>
      </div>
    </details>
  );
}

function reliabilityOf(
  rows: readonly PageRow[],
  key: "confidence" | "calibrated",
  metric: PageVerdict,
): Reliability | null {
  const answers = rows.flatMap((row) => {
    const [confidence, right] = [row[key], row.verdicts[metric]];
    return confidence === null || right === null ? [] : [{ confidence, right }];
  });
  return reliability(answers);
}

interface PlotProps {
  curves: readonly { key: string; label: string; mark: number; found: Reliability }[];
  short: string;
}

const SIZE = 260;
const PAD = { left: 40, bottom: 34, top: 8, right: 10 };
const x = (share: number) => PAD.left + share * (SIZE - PAD.left - PAD.right);
const y = (share: number) => SIZE - PAD.bottom - share * (SIZE - PAD.top - PAD.bottom);
const TICKS = [0, 0.25, 0.5, 0.75, 1];

function Plot({ curves, short }: PlotProps) {
  const said = curves.map(({ label, found }) => `${label}: calibration error ${percentText(found.ece)}`).join("; ");
  return (
    <svg
      class="reliability-plot"
      viewBox={`0 0 ${SIZE} ${SIZE}`}
      role="img"
      aria-label={`Reliability. ${said}. The table has the numbers.`}
    >
      {TICKS.map((tick) => (
        <g key={tick}>
          <line class="grid" x1={x(tick)} x2={x(tick)} y1={y(0)} y2={y(1)} />
          <line class="grid" x1={x(0)} x2={x(1)} y1={y(tick)} y2={y(tick)} />
          <text x={x(tick)} y={SIZE - PAD.bottom + 14} text-anchor="middle">
            {Math.round(tick * 100)}
          </text>
          <text x={PAD.left - 6} y={y(tick) + 4} text-anchor="end">
            {Math.round(tick * 100)}
          </text>
        </g>
      ))}
      <line class="ideal" x1={x(0)} y1={y(0)} x2={x(1)} y2={y(1)} />
      {curves.map(({ key, mark, found }) => {
        const most = Math.max(...found.bins.map(({ rows }) => rows));
        return (
          <g key={key} class={`curve mark-${mark}`}>
            <polyline
              points={found.bins.map(({ confidence, accuracy }) => `${x(confidence)},${y(accuracy)}`).join(" ")}
            />
            {found.bins.map(({ from, rows, confidence, accuracy }) => (
              <circle key={from} cx={x(confidence)} cy={y(accuracy)} r={2.5 + 4 * Math.sqrt(rows / most)}>
                <title>{`${rows} answers: confidence ${percentText(confidence)}, right ${percentText(accuracy)}`}</title>
              </circle>
            ))}
          </g>
        );
      })}
      <text x={x(0.5)} y={SIZE - 3} text-anchor="middle">
        confidence, %
      </text>
      <text x={10} y={y(0.5)} text-anchor="middle" transform={`rotate(-90 10 ${y(0.5)})`}>
        {`right by ${short}, %`}
      </text>
    </svg>
  );
}
