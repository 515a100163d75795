import { bytes, count, html, type Markup, table } from "../markup.js";
import type { ReportInput } from "../report-input.js";

const PARTS = [
  ["weights", "frozen weights"],
  ["adapter", "adapter, gradients, AdamW's moments"],
  ["activations", "activations of the largest micro-batch"],
] as const;

/** What the memory went to: estimated part by part, and measured as a whole. */
export function memory({ facts, report, config, setting }: ReportInput): Markup | null {
  const estimate = facts?.memory_estimate;
  const peak = report?.peak_memory;
  if (!estimate && !peak) return null;
  const measured = [
    ...(peak?.process ? [["peak of the process, measured", bytes(peak.process)]] : []),
    ...(peak?.device ? [["peak of the device, measured", bytes(peak.device)]] : []),
  ];
  const rest = estimate && peak && !peak.device ? peak.process - estimate.total : null;
  const rows = [
    ...(estimate ? PARTS.map(([key, name]) => [html`<i class="key ${key}"></i>${name}`, bytes(estimate[key])]) : []),
    ...(estimate ? [["together, estimated", bytes(estimate.total)]] : []),
    ...(rest !== null && rest > 0 ? [["libtorch, Node, copies for generation, allocator", bytes(rest)]] : []),
    ...measured,
  ];
  const size = setting.exactness["tokens per micro-batch"] ?? setting.exactness["rows per micro-batch"];
  const unit = setting.exactness["tokens per micro-batch"] === null ? "rows" : "tokens";
  const checkpointing = String(config.training?.gradient_checkpointing ?? false);
  return html`<section><h2>Memory</h2>${estimate ? bar(estimate) : null}${table(["part", "memory"], rows)}<p class="quiet">Micro-batches of at most ${typeof size === "number" ? count(size) : "?"} ${unit}; gradient checkpointing: ${checkpointing === "false" ? "off" : checkpointing}.</p></section>`;
}

function bar(estimate: Record<(typeof PARTS)[number][0], number>): Markup {
  return html`<div class="split memory" aria-hidden="true">${PARTS.map(([key]) => html`<span class="${key}" style="flex-grow:${estimate[key]}"></span>`)}</div>`;
}
