import type { EvalScores, EvalSummary } from "../eval/index.js";
import { align, percent } from "./align.js";
import { METRICS, type Metric } from "./metrics-flag.js";

/** Where a summary has each metric that is a share of rows. */
const KEYS = { em: "em", ex: "ex", ts: "ts", string: "exact_match" } as const;
type ShareMetric = keyof typeof KEYS;

/** Scores as a table, one column a model. */
export function scoreTable(columns: Record<string, EvalSummary>, metrics: readonly ShareMetric[]): string {
  const summaries = Object.values(columns);
  const [first] = summaries;
  const rows: string[][] = [["", ...Object.keys(columns)]];
  const add = (label: string, cell: (summary: EvalSummary) => string) => rows.push([label, ...summaries.map(cell)]);
  for (const metric of metrics) {
    const key = KEYS[metric];
    add(METRICS[metric], (summary) => percent(summary[key]));
    for (const category of Object.keys(first?.by_category ?? {}) as (keyof EvalSummary["by_category"])[]) {
      const { questions } = first!.by_category[category];
      if (questions > 0) add(`  ${category} (${questions})`, (summary) => percent(summary.by_category[category][key]));
    }
    if (metric !== "ex") continue;
    add("  questions judged", (summary) => String(summary.ex_judged));
    add("  answers that do not run", (summary) => String(failed(summary)));
  }
  return align(rows);
}

/** One system's scores, one column a metric: of all rows, by hardness and by category; then what went wrong. */
export function summaryTable(summary: EvalSummary, metrics: readonly Metric[]): string {
  const shares = metrics.filter((metric): metric is ShareMetric => metric in KEYS);
  const groups: [string, EvalScores][] = [
    ["all", summary],
    ...Object.entries(summary.by_hardness),
    ...Object.entries(summary.by_category),
  ];
  const rows = groups
    .filter(([, { questions }]) => questions > 0)
    .map(([name, group]) => [name, String(group.questions), ...shares.map((metric) => percent(group[KEYS[metric]]))]);
  const judged = shares.filter((metric) => metric !== "string") as ("em" | "ex" | "ts")[];
  if (judged.some((metric) => summary[`${metric}_judged`] < summary.questions)) {
    const count = (metric: ShareMetric) => (metric === "string" ? summary.questions : summary[`${metric}_judged`]);
    rows.push(["judged", "", ...shares.map((metric) => String(count(metric)))]);
  }
  const parts = [align([["", "questions", ...shares], ...rows])];
  if (summary.misses.total > 0) parts.push(missTable(summary));
  if (metrics.includes("loss") && summary.answer_loss) {
    const { loss, perplexity, token_accuracy } = summary.answer_loss;
    parts.push(
      `loss ${loss.toFixed(4)}, perplexity ${perplexity.toFixed(3)}, token accuracy ${percent(token_accuracy)}`,
    );
  }
  const trust = trustLines(summary);
  if (trust.length > 0) parts.push(trust.join("\n"));
  return parts.join("\n\n");
}

/** How far confidences can be trusted, and what is left where answers were abstained from. */
function trustLines({ reliability, answered }: EvalSummary): string[] {
  const lines: string[] = [];
  if (reliability?.confidence) {
    const { confidence, calibrated_confidence: calibrated, judged_by } = reliability;
    const facts = ({ ece, brier }: typeof confidence) => `calibration error ${percent(ece)}, Brier ${brier.toFixed(3)}`;
    lines.push(
      `confidence against ${judged_by}: ${facts(confidence)}${calibrated ? `; calibrated: ${facts(calibrated)}` : ""}`,
    );
    if (answered) {
      const right = percent(answered[judged_by]);
      lines.push(
        `answered ${answered.questions} questions (${percent(answered.coverage)}), of which ${judged_by} ${right}; abstained from the others`,
      );
    }
  }
  return lines;
}

/** Kinds of misses, the most frequent first, by hardness where it is known. */
function missTable({ misses, by_hardness }: EvalSummary): string {
  const levels = Object.entries(by_hardness).flatMap(([level, { questions }]) => (questions > 0 ? level : []));
  const kinds = Object.entries(misses.by_kind)
    .filter(([, count]) => count > 0)
    .sort(([, a], [, b]) => b - a) as [keyof typeof misses.by_kind, number][];
  const rows = kinds.map(([kind, count]) => [
    kind.replaceAll("_", " "),
    String(count),
    ...levels.map((level) => String(misses.by_hardness[level as "easy"][kind] ?? 0)),
  ]);
  return align([["why it is wrong", "questions", ...levels], ...rows]);
}

function failed({ failures }: EvalSummary): number {
  return Object.values(failures).reduce((sum, count) => sum + count, 0);
}
