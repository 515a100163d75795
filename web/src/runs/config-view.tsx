import { useMemo, useState } from "preact/hooks";
import { CopyButton } from "../parts/copy-button.js";
import { EmptyState } from "../parts/empty-state.js";
import { flatConfig } from "./flat-config.js";
import type { RunDetails } from "./run-types.js";

/** The resolved config: every key, also those that were left to their defaults; found by typing. */
export function ConfigView({ run }: { run: RunDetails }) {
  const [sought, setSought] = useState("");
  const { config, versions } = run;
  const entries = useMemo(() => flatConfig({ ...config, ...(versions ? { versions } : {}) }), [config, versions]);
  if (!config) {
    return (
      <EmptyState icon="code" title="Not set up yet">
        <p>The resolved config is written when data and model are loaded.</p>
      </EmptyState>
    );
  }
  const words = sought.toLowerCase().split(/\s+/).filter(Boolean);
  const found = entries.filter(({ key, text }) => words.every((word) => `${key} ${text}`.toLowerCase().includes(word)));
  const sections = [...new Set(found.map(({ section }) => section))];
  return (
    <div class="config-view">
      <div class="config-bar">
        <input
          type="search"
          placeholder="Find a key or a value"
          aria-label="Find in the config"
          value={sought}
          onInput={(event) => setSought(event.currentTarget.value)}
        />
        <CopyButton size="small" label="Copy JSON" text={() => JSON.stringify(config, null, 2)} />
      </div>
      <p class="unseen" aria-live="polite">
        {`${found.length} of ${entries.length} keys`}
      </p>
      {found.length === 0 && <EmptyState icon="search" title={`Nothing with “${sought.trim()}”`} />}
      <div class="config-sections">
        {sections.map((section) => (
          <section key={section}>
            <h2>{section}</h2>
            <dl>
              {found
                .filter((entry) => entry.section === section)
                .map(({ key, name, text }) => (
                  <div key={key}>
                    <dt>{name}</dt>
                    <dd class={text === "null" ? "quiet" : ""}>{text}</dd>
                  </div>
                ))}
            </dl>
          </section>
        ))}
      </div>
    </div>
  );
}
