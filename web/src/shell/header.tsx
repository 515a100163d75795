import { apiKey, askForKey } from "../api/api-key.js";
import { Button } from "../parts/button.js";
import { hrefOf, VIEWS, type View } from "../router.js";
import { useStore } from "../state/store.js";
import { ConnectionStatus } from "./connection-status.js";
import { ThemeButton } from "./theme-button.js";

const LABELS: Record<View, string> = { ask: "Ask", runs: "Runs", results: "Results" };

export function Header({ view, onHelp }: { view: View; onHelp: () => void }) {
  const key = useStore(apiKey);
  return (
    <header class="header">
      <a class="brand" href={hrefOf("ask")} aria-label="sqltune: Ask">
        <Mark />
        <span class="brand-name">sqltune</span>
      </a>
      <nav aria-label="Views">
        {VIEWS.map((it) => (
          <a key={it} href={hrefOf(it)} aria-current={it === view ? "page" : undefined}>
            {LABELS[it]}
          </a>
        ))}
      </nav>
      <div class="header-end">
        <ConnectionStatus />
        {key !== "" && (
          <Button kind="plain" icon="key" aria-label="Change the API key" onClick={() => askForKey("missing")} />
        )}
        <ThemeButton />
        <Button
          kind="plain"
          icon="question"
          aria-label="Keyboard shortcuts"
          title="Keyboard shortcuts (?)"
          onClick={onHelp}
        />
      </div>
    </header>
  );
}

function Mark() {
  return (
    <svg class="mark" viewBox="0 0 32 32" width="24" height="24" aria-hidden="true">
      <rect width="32" height="32" rx="8" />
      <path class="mark-lines" d="M8 10.5h16M8 16h9M8 21.5h5" />
      <path class="mark-check" d="m18.5 21.8 2.6 2.7 4.6-6" />
    </svg>
  );
}
