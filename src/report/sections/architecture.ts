import { linearShapes } from "../../model/index.js";
import type { RunFacts } from "../../train/index.js";
import { count, factList, html, type Markup, percent, table } from "../markup.js";
import type { ReportInput } from "../report-input.js";

/** The model's blocks, and where the adapter sits in them. */
export function architecture(input: ReportInput): Markup {
  const { facts, report } = input;
  const sites = siteKinds(input.loraModules);
  const layers = Math.max(0, ...sites.map(({ layers }) => layers));
  const decoder = facts?.model.architecture;
  const shapes = decoder ? linearShapes(decoder) : null;
  const rows = sites.map(({ name, full, layers: in_, rank }) => {
    const [out, inner] = shapes?.get(full) ?? [null, null];
    const each = out === null || inner === null ? null : rank * (out + inner);
    return [
      html`<code>${name}</code>`,
      out === null ? "–" : `${count(inner!)} → ${count(out)}`,
      String(rank),
      in_ === 0 ? "once" : `${in_} of ${decoder?.numLayers ?? layers}`,
      each === null ? "–" : count(each * Math.max(1, in_)),
    ];
  });
  return html`<section><h2>Architecture</h2>${diagram(
    sites.map(({ name }) => name),
    decoder?.numLayers ?? layers,
    facts?.model.name ?? input.setting.baseName,
  )}${decoder ? describe(facts!) : html`<p class="quiet">This run was made by a version that did not keep the model's shapes; names and ranks are those of its adapter.</p>`}<h3>Where the adapter sits</h3>${table(["linear", "shape", "rank", "layers", "parameters"], rows)}${
    report
      ? html`<p class="quiet">In all ${count(report.trainable_parameters)} of ${count(report.parameters)} parameters are trained (${percent(report.trainable_parameters / report.parameters)}); the rest stays as the base model has it.</p>`
      : null
  }</section>`;
}

function describe({ model, lora }: RunFacts): Markup {
  const a = model.architecture;
  const heads =
    a.numKvHeads === a.numHeads ? `${a.numHeads}` : `${a.numHeads}, sharing ${a.numKvHeads} key/value heads`;
  return factList([
    ["family", a.architecture],
    ["layers", String(a.numLayers)],
    ["hidden size", count(a.hiddenSize)],
    ["MLP size", count(a.intermediateSize)],
    ["heads", `${heads} of ${a.headDim}`],
    ["vocabulary", `${count(a.vocabSize)}${a.tieWordEmbeddings ? ", head tied to the embedding" : ""}`],
    ["context", `${count(a.maxPositionEmbeddings)} tokens`],
    ["device", model.device],
    ["weights", model.dtype],
    ["products", model.compute_dtype],
    ["LoRA dropout", String(lora.dropout)],
  ]);
}

interface SiteKind {
  /** e.g. self_attn.q_proj */
  name: string;
  /** One of its modules in full. */
  full: string;
  layers: number;
  rank: number;
}

/** The sites without their layer numbers; one line for each name and rank. */
function siteKinds(modules: readonly string[]): SiteKind[] {
  const kinds = new Map<string, SiteKind>();
  for (const module of modules) {
    const [full = "", rank = "0"] = module.split(" ");
    const name = full.replace(/^model\.layers\.\d+\./, "");
    const key = `${name} ${rank}`;
    const kind = kinds.get(key) ?? { name, full, layers: 0, rank: Number(rank) };
    kinds.set(key, { ...kind, layers: kind.layers + (name === full ? 0 : 1) });
  }
  return [...kinds.values()];
}

const ATTENTION = ["q_proj", "k_proj", "v_proj", "o_proj"];
const MLP = ["gate_proj", "up_proj", "down_proj"];

/** The decoder from the bottom of the stack to its top, left to right; adapted linears are filled. */
function diagram(sites: readonly string[], layers: number, name: string): Markup {
  const adapted = (linear: string) => sites.some((site) => site.endsWith(linear));
  const linear = (it: string) =>
    html`<span class="linear${adapted(it) ? " on" : ""}">${it.replace("_proj", "")}</span>`;
  return html`<div class="stack" role="img" aria-label="${name}: embedding, ${layers} layers of attention and MLP, norm, head. The adapter sits on ${sites.join(", ")}."><span class="part">embedding</span><span class="arrow">→</span><div class="block"><span class="times">${layers} ×</span><div><span class="what">attention</span>${ATTENTION.map(linear)}</div><div><span class="what">MLP</span>${MLP.map(linear)}</div></div><span class="arrow">→</span><span class="part">norm</span><span class="arrow">→</span><span class="part${adapted("lm_head") ? " on" : ""}">head</span></div><p class="quiet">Filled: linears that carry a LoRA pair A, B beside their frozen weight W; what is computed is <code class="formula">W x + (alpha / r) B A x</code>.</p>`;
}
