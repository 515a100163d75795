import { useState } from "preact/hooks";
import { apiKey, keyWanted, saveKey } from "../api/api-key.js";
import { checkConnection, connection } from "../api/connection.js";
import { Button } from "../parts/button.js";
import { Dialog } from "../parts/dialog.js";

/** Asks for an API key, and has everything loaded again with it. */
export function KeyDialog({ why }: { why: "missing" | "refused" }) {
  const [key, setKey] = useState(why === "refused" ? apiKey.get() : "");
  const save = (event: Event) => {
    event.preventDefault();
    saveKey(key);
    connection.set((now) => ({ ...now, arrivals: now.arrivals + 1 }));
    void checkConnection();
  };
  return (
    <Dialog title="API key" onClose={() => keyWanted.set(null)}>
      <form class="form" onSubmit={save}>
        <p>
          {why === "refused"
            ? "The server does not know this key."
            : "This server answers only to those who have one of its API keys."}
        </p>
        <label class="field">
          <span class="field-label">API key</span>
          <input
            type="password"
            autocomplete="off"
            spellcheck={false}
            required
            aria-invalid={why === "refused"}
            value={key}
            onInput={(event) => setKey(event.currentTarget.value)}
          />
        </label>
        <p class="quiet small">It is kept in this browser and sent to this server alone.</p>
        <div class="form-actions">
          <Button onClick={() => keyWanted.set(null)}>Not now</Button>
          <Button kind="main" type="submit" disabled={key.trim() === ""}>
            Use this key
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
