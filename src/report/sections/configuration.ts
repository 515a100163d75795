import { configKeys } from "../../config/expectation.js";
import { html, type Markup, table } from "../markup.js";
import type { ReportInput } from "../report-input.js";

/** Every key that was set otherwise than by default, with what it is for; the rest in short. */
export function configuration({ config, setting }: ReportInput): Markup {
  const keys = [...configKeys()].flatMap(([section, facts]) =>
    [...facts.values()].flatMap((fact) => {
      const value = valueAt(config, `${section}.${fact.name}`);
      return value === undefined || isGroup(value) ? [] : [{ name: `${section}.${fact.name}`, value, fact }];
    }),
  );
  const isDefault = ({ value, fact }: (typeof keys)[number]) => show(value) === show(fact.default);
  const chosen = keys.filter((key) => !isDefault(key));
  const rest = keys.filter(isDefault);
  const micro = (setting as { microBatch?: { reason?: string; tokens?: number } | null }).microBatch;
  return html`<section><h2>Configuration</h2><h3>Set for this run</h3>${
    chosen.length === 0
      ? html`<p class="quiet">Nothing: every key has its default.</p>`
      : table(
          ["key", "value", "default", "what it does"],
          chosen.map(({ name, value, fact }) => [
            html`<code>${name}</code>`,
            html`<code>${show(value)}</code>`,
            html`<code class="quiet">${show(fact.default)}</code>`,
            fact.doc,
          ]),
          { numbers: false, kind: "keys" },
        )
  }${micro?.reason ? html`<p><b>Micro-batches.</b> Measured when the run began: ${micro.tokens ?? "?"} tokens, since ${micro.reason}.</p>` : null}<h3>Left at its default</h3><p class="defaults">${rest.map(({ name, value }) => html`<span><code>${name}</code> ${show(value)}</span> `)}</p></section>`;
}

function valueAt(config: object, path: string): unknown {
  return path
    .split(".")
    .reduce<unknown>(
      (value, key) =>
        typeof value === "object" && value !== null ? (value as Record<string, unknown>)[key] : undefined,
      config,
    );
}

/** A group of keys is told key by key. */
function isGroup(value: unknown): boolean {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function show(value: unknown): string {
  return typeof value === "string" ? value : (JSON.stringify(value) ?? "");
}
