import type { ComponentChildren } from "preact";
import { valueText } from "./curve.js";
import { isGoingOn, type RunDetails, type RunEvent } from "./run-types.js";
import { scoreText } from "./score-text.js";
import { dateText, durationText } from "./time-text.js";

const METRIC_NAMES: Record<string, string> = {
  eval_loss: "eval. loss",
  ex: "EX",
  em: "EM",
  ts: "TS",
  exact_match: "string match",
  token_accuracy: "tokens right",
};

/** The run in numbers. */
export function RunFacts({ run, events }: { run: RunDetails; events: readonly RunEvent[] }) {
  const train = events.findLast((event) => event.event === "train");
  const start = events.findLast((event) => event.event === "start");
  const end = events.findLast((event) => event.event === "end");
  const base = valueAt(run.config, "model", "name");
  const rank = valueAt(run.config, "lora", "r");
  const data = valueAt(run.config, "data", "dataset_name");
  const until = isGoingOn(run) ? Date.now() : Date.parse(run.heartbeat);
  const seconds = end?.seconds ?? (until - Date.parse(run.started)) / 1000;
  const facts: [string, ComponentChildren][] = [
    ["Loss", valueText(train?.loss ?? run.loss)],
    [
      "Best",
      run.best ? (
        <>
          {scoreText(run.best.metric, run.best.value)}
          <span class="quiet small">{` ${METRIC_NAMES[run.best.metric] ?? run.best.metric}, step ${run.best.step}`}</span>
        </>
      ) : (
        "–"
      ),
    ],
    ["Tokens a second", valueText(train?.tokens_per_s)],
    ["Epoch", train ? train.epoch.toFixed(2) : "–"],
    ["Rows", start ? start.rows.toLocaleString("en") : "–"],
    ["Base", base ?? "–"],
    ["Data", data ?? "–"],
    ["LoRA rank", rank ?? "–"],
    ["Started", dateText(run.started)],
    [isGoingOn(run) ? "So far" : "Took", Number.isFinite(seconds) ? durationText(seconds) : "–"],
  ];
  return (
    <dl class="run-facts">
      {facts.map(([label, value]) => (
        <div key={label}>
          <dt>{label}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

function valueAt(config: Record<string, unknown> | null, section: string, key: string): string | null {
  const value = (config?.[section] as Record<string, unknown> | undefined)?.[key];
  return typeof value === "string" || typeof value === "number" ? String(value) : null;
}
