import { type EvalDetail, type EvalReport, VERDICTS, type Verdict } from "../eval-report.js";
import { COMPONENTS, HARDNESS, type PartialScores } from "../verdicts.js";
import { clip, pageTable } from "./page-cells.js";
import type { PageComponent, PageComponentScores, PageData, PageMetric, PageRow } from "./page-data.js";
import type { ResultPair } from "./result-tables.js";

export interface HtmlReportExtras {
  /** Heading of the page: the system, its data. */
  title: string;
  /** Results to show beside the queries, by a detail's `index`; see resultTables. */
  results?: ReadonlyMap<number, ResultPair> | undefined;
  /** Tokens of the model's answers with their probabilities, by a detail's `index`. */
  tokens?: ReadonlyMap<number, readonly { text: string; probability: number }[]> | undefined;
}

/** A query of megabytes is no use to a reader. */
const MAX_TEXT = 20_000;

const NAMES: Record<Verdict, { short: string; name: string }> = {
  em: { short: "EM", name: "Exact set match" },
  ex: { short: "EX", name: "Execution accuracy" },
  ts: { short: "TS", name: "Test-suite accuracy" },
  exact_match: { short: "String", name: "String match" },
};

/** The one that most people ask for comes first: it is what the page shows at the start. */
const ORDER: readonly Verdict[] = ["ex", "ts", "em", "exact_match"];

export function buildPageData(report: EvalReport, extras: HtmlReportExtras): PageData {
  const { details } = report;
  const rows = details.map((detail) => pageRow(detail, extras));
  const judged = new Set(VERDICTS.filter((key) => details.some((detail) => detail[key] !== null)));
  return {
    title: extras.title,
    metrics: ORDER.filter((key) => judged.has(key)).map(
      (key): PageMetric => ({ key, ...NAMES[key], definition: definitionOf(key, report) }),
    ),
    rows,
    components: componentLevels(report),
    facts: facts(report),
    method: method(report),
  };
}

function pageRow(detail: EvalDetail, { results, tokens }: HtmlReportExtras): PageRow {
  const { index, error, failure } = detail;
  const pair = results?.get(index);
  return {
    index,
    id: detail.id,
    question: clip(detail.question, MAX_TEXT),
    db: detail.db_id,
    hardness: detail.hardness,
    category: detail.category,
    gold: clip(detail.gold, MAX_TEXT),
    predicted: clip(detail.predicted, MAX_TEXT),
    verdicts: { em: detail.em, ex: detail.ex, ts: detail.ts, exact_match: detail.exact_match },
    parsed: detail.parsed,
    components: detail.partial ? rowComponents(detail.partial) : [],
    miss: error
      ? { kind: error.kind, all: error.all, detail: clip(error.detail, MAX_TEXT), invented: error.invented }
      : null,
    failure: failure ? { kind: failure.kind, error: clip(failure.error, MAX_TEXT) } : null,
    seconds: detail.seconds,
    suiteSize: detail.suite_size ?? null,
    confidence: detail.confidence ?? null,
    calibrated: detail.calibrated_confidence ?? null,
    abstained: detail.abstained === true,
    latencyMs: detail.latency_ms ?? null,
    finishReason: detail.finish_reason ?? null,
    results: pair ? { gold: pageTable(pair.gold), predicted: pageTable(pair.predicted) } : null,
    tokens: tokens?.get(index)?.map(({ text, probability }): [string, number] => [text, round(probability)]) ?? null,
  };
}

/** Four digits are more than the tint of a token shows. */
function round(probability: number): number {
  return Math.round(probability * 10_000) / 10_000;
}

function rowComponents(partial: PartialScores): PageComponent[] {
  return COMPONENTS.flatMap((name) => {
    const { f1, label_total, pred_total } = partial[name];
    return label_total === 0 && pred_total === 0 ? [] : [{ name, right: f1 === 1 }];
  });
}

function componentLevels({ summary }: EvalReport): PageData["components"] {
  const { components } = summary;
  if (components === null) return [];
  return (["all", ...HARDNESS] as const).flatMap((level) => {
    const rates = components[level];
    if (!rates) return [];
    return { level, scores: COMPONENTS.map((name): PageComponentScores => ({ name, ...rates[name] })) };
  });
}

function facts({ summary }: EvalReport): PageData["facts"] {
  const { questions, failures, invented_names, mean_confidence, answer_loss, gold_failures, parsed } = summary;
  const { answered } = summary;
  const found: PageData["facts"] = [];
  const add = (label: string, value: string | null): void => {
    if (value !== null) found.push([label, value]);
  };
  const count = (n: number): string => n.toLocaleString("en-US");
  add("Questions", count(questions));
  add("Databases", count(summary.databases.named));
  const failed = Object.values(failures).reduce((sum, n) => sum + n, 0);
  add("Answers that do not run", summary.ex_judged > 0 ? count(failed) : null);
  add("Not read by Spider’s parser", parsed === null ? null : count(summary.em_judged - parsed));
  add(
    "With invented names",
    invented_names.share === null ? null : `${count(invented_names.questions)} (${percent(invented_names.share)})`,
  );
  add("Gold not judged", gold_failures === 0 ? null : count(gold_failures));
  add("Mean confidence", mean_confidence === null ? null : mean_confidence.toFixed(3));
  add("Answered, not abstained", answered ? `${count(answered.questions)} (${percent(answered.coverage)})` : null);
  add("Loss", answer_loss ? answer_loss.loss.toFixed(4) : null);
  add("Perplexity", answer_loss ? answer_loss.perplexity.toFixed(3) : null);
  add("Token accuracy", answer_loss ? percent(answer_loss.token_accuracy) : null);
  add("Seconds", summary.seconds.toFixed(1));
  return found;
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}

/** Without the metric's own name, which stands beside it on the page. */
function definitionOf(key: Verdict, { summary }: EvalReport): string {
  const text = summary.definition.metrics[key] ?? "";
  const name = `${NAMES[key].name}: `;
  if (!text.startsWith(name)) return text;
  return text.charAt(name.length).toUpperCase() + text.slice(name.length + 1);
}

function method(report: EvalReport): PageData["method"] {
  const { definition, checksums, databases } = report.summary;
  const { keep_distinct, plug_value, value_placeholder } = definition.rules;
  const onOff = (on: boolean): string => (on ? "on" : "off");
  const lines: PageData["method"] = ORDER.flatMap((key) => {
    const text = definitionOf(key, report);
    return text ? [[NAMES[key].name, text] as [string, string]] : [];
  });
  lines.push(
    ["Evaluator", definition.evaluator],
    [
      "Rules",
      `keep distinct ${onOff(keep_distinct)}, plug value ${onOff(plug_value)}, value placeholder ${onOff(value_placeholder)}`,
    ],
  );
  if (definition.schemas) lines.push(["Schemas", definition.schemas]);
  const listed: [string, Record<string, number>][] = [
    ["Databases without a file", databases.missing],
    ["Damaged databases", databases.corrupt],
    ["Databases without a suite", databases.without_suite],
  ];
  for (const [name, rows] of listed) {
    const text = Object.entries(rows).map(([id, n]) => `${id} (${n} rows)`);
    if (text.length > 0) lines.push([name, text.join(", ")]);
  }
  for (const [name, sum] of Object.entries(checksums)) if (sum !== null) lines.push([`sha256 of ${name}`, sum]);
  return lines;
}
