import { useEffect, useState } from "preact/hooks";
import { type Connection, checkConnection, connection } from "../api/connection.js";
import { useStore } from "../state/store.js";

/** A dot and a word in the header; when the server is away, a button that looks again at once. */
export function ConnectionStatus() {
  const now = useStore(connection);
  const [looking, setLooking] = useState(false);
  const text = useSettled(wording(now), now.state === "checking");
  const look = async () => {
    setLooking(true);
    await checkConnection();
    setLooking(false);
  };
  return (
    <div class={`connection ${now.state}`} role="status">
      <span class="dot" aria-hidden="true" />
      <span class="connection-text">{text}</span>
      {now.state === "away" && (
        <button type="button" class="link" onClick={look} disabled={looking}>
          {looking ? "Looking…" : "Retry"}
        </button>
      )}
    </div>
  );
}

function wording({ state, modelLoaded }: Connection): string {
  if (state === "away") return "Server away";
  if (state === "checking") return "Connecting";
  return modelLoaded ? "Connected" : "No model";
}

/** The first answer comes within milliseconds as a rule: what is true until then need not be read aloud. */
function useSettled(text: string, unsettled: boolean): string {
  const [settled, setSettled] = useState("");
  useEffect(() => {
    const timer = setTimeout(() => setSettled(text), unsettled ? 600 : 0);
    return () => clearTimeout(timer);
  }, [text, unsettled]);
  return settled;
}
