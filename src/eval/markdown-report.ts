import { type EvalScores, type EvalSummary, VERDICTS, type Verdict } from "./eval-report.js";
import { COMPONENTS, HARDNESS, MISS_KINDS } from "./verdicts.js";

const HEADINGS: Record<Verdict, string> = {
  em: "Exact set match",
  ex: "Execution accuracy",
  ts: "Test-suite accuracy",
  exact_match: "String match",
};

/** A short Markdown account of an evaluation, for a README: scores, misses, and how they were reached. */
export function markdownReport(summary: EvalSummary, title: string): string {
  const verdicts = VERDICTS.filter((verdict) => summary[verdict] !== null);
  const parts = [
    `# ${plain(title)}`,
    scoresTable(summary, verdicts),
    componentsTable(summary),
    missesTable(summary),
    confidences(summary),
    method(summary, verdicts),
  ];
  return `${parts.filter((part) => part !== "").join("\n\n")}\n`;
}

function scoresTable(summary: EvalSummary, verdicts: readonly Verdict[]): string {
  const groups: [string, EvalScores][] = [
    ["all", summary],
    ...HARDNESS.map((level): [string, EvalScores] => [level, summary.by_hardness[level]]),
    ...Object.entries(summary.by_category),
  ];
  const rows = groups
    .filter(([, { questions }]) => questions > 0)
    .map(([name, group]) => [name, String(group.questions), ...verdicts.map((verdict) => percent(group[verdict]))]);
  return table([["", "Questions", ...verdicts.map((verdict) => HEADINGS[verdict])], ...rows]);
}

function componentsTable({ components }: EvalSummary): string {
  if (components === null) return "";
  const rows = COMPONENTS.map((name) => {
    const { accuracy, recall, f1 } = components.all[name];
    return [name, ...[accuracy, recall, f1].map((value) => value.toFixed(3))];
  });
  return `## Components\n\n${table([["Component", "Accuracy", "Recall", "F1"], ...rows])}`;
}

function missesTable({ misses, by_hardness }: EvalSummary): string {
  if (misses.total === 0) return "";
  const levels = HARDNESS.filter((level) => by_hardness[level].questions > 0);
  const rows = MISS_KINDS.filter((kind) => misses.by_kind[kind] > 0).map((kind) => [
    kind.replaceAll("_", " "),
    String(misses.by_kind[kind]),
    ...levels.map((level) => String(misses.by_hardness[level][kind] ?? 0)),
  ]);
  return `## Misses\n\n${table([["First reason", "Questions", ...levels], ...rows])}`;
}

function confidences({ reliability, answered }: EvalSummary): string {
  if (!reliability) return "";
  const { judged_by, confidence, calibrated_confidence } = reliability;
  const rows = (
    [
      ["as the model gives it", confidence],
      ["calibrated", calibrated_confidence],
    ] as const
  ).flatMap(([name, found]) => (found ? [[name, String(found.rows), percent(found.ece), found.brier.toFixed(3)]] : []));
  const head = ["Confidence", "Questions", "Expected calibration error", "Brier score"];
  const parts = [`## Confidence`, table([head, ...rows]), `Judged by ${HEADINGS[judged_by].toLowerCase()}.`];
  if (answered) {
    const right = answered[judged_by];
    parts.push(
      `Abstaining leaves ${answered.questions} questions (${percent(answered.coverage)}), ${percent(right)} of them right.`,
    );
  }
  return parts.join("\n\n");
}

function method({ definition, checksums, databases }: EvalSummary, verdicts: readonly Verdict[]): string {
  const { keep_distinct, plug_value, value_placeholder } = definition.rules;
  const lines = verdicts.flatMap((verdict) => definition.metrics[verdict] ?? []);
  const switches = [
    `keep_distinct ${keep_distinct ? "on" : "off"}`,
    `plug_value ${plug_value ? "on" : "off"}`,
    `"value" read as 1: ${value_placeholder ? "yes" : "no"}`,
  ];
  lines.push(`Rules: ${switches.join(", ")}.`);
  const counted: [string, Record<string, number>][] = [
    ["Not judged, no database file", databases.missing],
    ["Not judged, damaged database", databases.corrupt],
    ["Judged on one database, no suite", databases.without_suite],
  ];
  for (const [what, rows] of counted) {
    const named = Object.entries(rows).map(([dbId, count]) => `${plain(dbId)} (${count})`);
    if (named.length > 0) lines.push(`${what}: ${named.join(", ")}.`);
  }
  const sums = Object.entries(checksums).filter(([, sum]) => sum !== null);
  return `## How it was scored\n\n${lines.map((line) => `- ${line}`).join("\n")}\n\n${sums.map(([name, sum]) => `    sha256 ${name.padEnd(9)} ${sum}`).join("\n")}`;
}

function table([head, ...rows]: string[][]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  return [line(head!), `|${head!.map((_, i) => (i === 0 ? "---" : "---:")).join("|")}|`, ...rows.map(line)].join("\n");
}

function percent(share: number | null): string {
  return share === null ? "-" : `${(100 * share).toFixed(1)} %`;
}

function plain(text: string): string {
  return text.replace(/[\\`*_[\]<>|#]/g, "\\$&");
}
