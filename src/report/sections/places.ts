import { join, relative } from "node:path";
import { html, type Markup, table } from "../markup.js";
import type { ReportInput } from "../report-input.js";

/** Where everything is, and how to make it again. */
export function places({ run, setting, config, sqltune }: ReportInput): Markup {
  const { files } = run;
  const below = (path: string) => relative(run.folder, path) || ".";
  const rows = [
    [files.final_model, "the adapter: PEFT's files, sqltune.json and a model card"],
    [join(run.folder, "run.json"), "resolved config, versions, seeds, checksums, shapes"],
    [files.metrics, "every event of the run, one JSON object a line"],
    [files.report, "what the finished run says of itself"],
    [files.log, "what the terminal showed"],
    [files.console, "stdout and stderr of a detached run"],
    [files.checkpoints.at(-1) ?? null, "last checkpoint; --resume goes on from it"],
    ...files.evaluations.map((path) => [path, "evaluation, with predictions and an HTML report beside it"]),
    [files.predictions.at(-1)?.path ?? null, "answers generated while training, a file an evaluation"],
    ...files.trackers.map((path) => [path, "written for a tracker"]),
  ].flatMap(([path, what]) => (path ? [[html`<code>${below(path)}</code>`, what!]] : []));
  const versions = Object.entries(run.versions ?? {}).map(([name, value]) => `${name} ${value}`);
  return html`<section><h2>Where everything is</h2><p>Run folder: <code>${run.folder}</code></p>${table(["path", "what it is"], rows, { numbers: false, kind: "files" })}</section>
<section><h2>To make it again</h2><ol class="steps"><li>sqltune ${run.versions?.sqltune ?? ""} on the base model <code>${sqltune?.base.hub_id ?? setting.baseName}</code>, weights with sha256 <code>${setting.baseHash.slice(0, 16)}…</code> (run.json has all of it).</li><li>The data files above, unchanged: their checksums are compared when the run is resumed.</li><li>The config in run.json, saved as YAML or JSON: <code>sqltune train --config FILE</code>. Seed ${String(config.project?.seed ?? "")}.</li><li>The same number of threads (${String(setting.exactness.threads ?? "?")}), device and libtorch give the same weights bit for bit; others differ by rounding.</li></ol>${versions.length > 0 ? html`<p class="quiet">Made with ${versions.join(", ")}.</p>` : null}</section>`;
}
