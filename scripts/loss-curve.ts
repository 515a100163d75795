/**
 * Draws the loss curve of a run as an SVG: `npx jiti scripts/loss-curve.ts RUN_FOLDER OUT.svg`. Training loss is each
 * logged mean, evaluation loss the points between; both per labelled token, in nats.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { RunEvent } from "../src/observe/events.js";

const WIDTH = 760;
const HEIGHT = 340;
const LEFT = 56;
const RIGHT = 20;
const TOP = 44;
const BOTTOM = 46;

interface Point {
  step: number;
  loss: number;
}

export function lossCurve(train: Point[], evaluation: Point[], title: string): string {
  const lastStep = Math.max(...train.map((p) => p.step), ...evaluation.map((p) => p.step));
  // The first steps may start so high that the rest would be a flat line; the axis goes to the highest point all the same.
  const top = niceCeiling(Math.max(...train.map((p) => p.loss), ...evaluation.map((p) => p.loss)));
  const x = (step: number) => LEFT + (step / lastStep) * (WIDTH - LEFT - RIGHT);
  const y = (loss: number) => TOP + (1 - loss / top) * (HEIGHT - TOP - BOTTOM);
  const path = (points: Point[]) =>
    points.map((p, i) => `${i ? "L" : "M"}${x(p.step).toFixed(1)} ${y(p.loss).toFixed(1)}`).join("");
  const rules = [0, 0.25, 0.5, 0.75, 1].map((share) => {
    const loss = top * share;
    return `<line x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${y(loss)}" y2="${y(loss)}" stroke="#8884" /><text x="${LEFT - 8}" y="${y(loss) + 4}" text-anchor="end">${loss.toFixed(2)}</text>`;
  });
  const steps = [0, 0.25, 0.5, 0.75, 1].map((share) => {
    const step = Math.round(lastStep * share);
    return `<text x="${x(step)}" y="${HEIGHT - BOTTOM + 20}" text-anchor="middle">${step}</text>`;
  });
  const dots = evaluation.map((p) => `<circle cx="${x(p.step).toFixed(1)}" cy="${y(p.loss).toFixed(1)}" r="3.5" />`);
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="system-ui, sans-serif" font-size="12" role="img" aria-label="${escapeXml(title)}">
<rect width="${WIDTH}" height="${HEIGHT}" rx="8" fill="#fff" />
<g fill="#57606a">
<text x="${LEFT}" y="24" font-size="14" font-weight="600" fill="#1f2328">${escapeXml(title)}</text>
${rules.join("\n")}
${steps.join("\n")}
<text x="${(LEFT + WIDTH - RIGHT) / 2}" y="${HEIGHT - 8}" text-anchor="middle">optimizer step</text>
</g>
<path d="${path(train)}" fill="none" stroke="#2f6feb" stroke-width="1.8" stroke-linejoin="round" />
<g fill="#d1570a"><path d="${path(evaluation)}" fill="none" stroke="#d1570a" stroke-width="1.4" stroke-dasharray="5 4" />
${dots.join("\n")}
</g>
<g fill="#57606a"><rect x="${WIDTH - 250}" y="16" width="14" height="3" fill="#2f6feb" /><text x="${WIDTH - 230}" y="21">training loss</text><circle cx="${WIDTH - 130}" cy="17.5" r="3.5" fill="#d1570a" /><text x="${WIDTH - 120}" y="21">evaluation loss</text></g>
</svg>
`;
}

function niceCeiling(value: number): number {
  const unit = 10 ** Math.floor(Math.log10(value));
  return Math.ceil((value / unit) * 2) * (unit / 2);
}

function escapeXml(text: string): string {
  return text.replace(/[&<>"]/g, (c) => `&#${c.charCodeAt(0)};`);
}

function main([run, out]: string[]): void {
  if (!run || !out) throw new Error("usage: npx jiti scripts/loss-curve.ts RUN_FOLDER OUT.svg");
  const lines = readFileSync(join(run, "metrics.jsonl"), "utf8").trim().split("\n");
  const events = lines.map((line) => JSON.parse(line) as RunEvent);
  const train = events.flatMap((e) => (e.event === "train" ? [{ step: e.step, loss: e.loss }] : []));
  const evaluation = events.flatMap((e) => (e.event === "eval" ? [{ step: e.step, loss: e.eval_loss }] : []));
  const meta = JSON.parse(readFileSync(join(run, "run.json"), "utf8")) as { config?: { project?: { name?: string } } };
  writeFileSync(out, lossCurve(train, evaluation, `${meta.config?.project?.name ?? "run"}: loss per answer token`));
}

main(process.argv.slice(2));
