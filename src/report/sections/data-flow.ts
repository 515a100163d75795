import { count, factList, html, type Markup, percent, table } from "../markup.js";
import type { ReportInput } from "../report-input.js";

/** Dropped rows that are named; the rest is counted. */
const NAMED = 8;

/** From the files to the tokens that are computed. */
export function dataFlow(input: ReportInput): Markup {
  const { facts, report, setting } = input;
  const rows = facts?.rows ?? (report ? { ...report.rows, dropped: report.dropped.length } : null);
  const start = input.events.findIndex(({ event }) => event === "start");
  const notes = input.events
    .slice(0, start < 0 ? undefined : start)
    .flatMap((event) =>
      event.event === "note" && !/downloading|^\w+: (see|told|written)/.test(event.message) ? [event.message] : [],
    );
  return html`<section><h2>Data</h2>${rows ? flow(rows, facts) : null}${facts ? tokens(facts) : null}${
    notes.length > 0
      ? html`<h3>What the run said of it</h3><ul class="notes">${notes.map((note) => html`<li>${note}</li>`)}</ul>`
      : null
  }${dropped(input)}<h3>Files it was read from</h3>${table(
    ["file", "sha256"],
    Object.entries(setting.dataChecksums).map(([file, sum]) => [
      html`<code>${file}</code>`,
      html`<code>${sum.slice(0, 16)}…</code>`,
    ]),
    { numbers: false, kind: "files" },
  )}</section>`;
}

function flow(
  rows: { train: number; validation: number; test: number; dropped: number },
  facts: ReportInput["facts"],
): Markup {
  const parts = [
    ["training", rows.train],
    ["validation", rows.validation],
    ["test", rows.test],
  ] as const;
  const all = rows.train + rows.validation + rows.test || 1;
  const bar = parts.map(([name, value]) => html`<span class="${name}" style="flex-grow:${value}"></span>`);
  const steps = facts
    ? [
        [
          "steps",
          `${count(facts.steps.total)} of ${facts.steps.rows_per_step} rows, ${count(facts.steps.per_epoch)} an epoch`,
        ],
        ["warm-up", `${count(facts.steps.warmup)} ${facts.steps.warmup === 1 ? "step" : "steps"}`],
      ]
    : [];
  return html`<div class="split" aria-hidden="true">${bar}</div>${factList([
    ...parts.map(
      ([name, value]) =>
        [html`<i class="key ${name}"></i>${name} rows`, `${count(value)} (${percent(value / all)})`] as const,
    ),
    ["left out", count(rows.dropped)],
    ...steps.map(([name, value]) => [name!, value!] as const),
  ])}`;
}

function tokens({ tokens: { train, validation }, packing }: NonNullable<ReportInput["facts"]>): Markup {
  const rows = [train, validation].map((part, i) => [
    ["training", "validation"][i]!,
    count(part.rows),
    count(part.total),
    String(part.shortest),
    String(part.median),
    String(part.percentile95),
    String(part.longest),
    percent(part.labelled / (part.total || 1)),
  ]);
  const saved = 1 - packing.packed / packing.unpacked;
  return html`<h3>Tokens</h3>${table(
    ["rows", "number", "tokens", "shortest", "median", "95 %", "longest", "learned"],
    rows.filter(([, number]) => number !== "0"),
  )}<p class="packing"><b>Packing.</b> Questions of one database share its schema: an epoch of ${count(packing.unpacked)} tokens is computed as ${count(packing.packed)} (${percent(saved)} fewer) in ${count(packing.microBatches)} micro-batches, the largest of ${count(packing.largestMicroBatch)} tokens.</p>`;
}

function dropped({ report }: ReportInput): Markup | null {
  if (!report || report.dropped.length === 0) return null;
  const shown = report.dropped.slice(0, NAMED);
  const more = report.dropped.length - shown.length;
  const cut = (text: string) => (text.length > 220 ? `${text.slice(0, 220)}…` : text);
  return html`<h3>Rows that were left out</h3>${table(
    ["row", "why"],
    shown.map(({ id, reason }) => [html`<code>${id}</code>`, cut(reason)]),
    { numbers: false, kind: "dropped" },
  )}${more > 0 ? html`<p class="quiet">And ${count(more)} more; report.json names them all.</p>` : null}`;
}
