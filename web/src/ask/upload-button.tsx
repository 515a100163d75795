import { useRef, useState } from "preact/hooks";
import { Button } from "../parts/button.js";
import { clearAnswer } from "./answer.js";
import { uploadDatabase } from "./databases.js";

/** Sends a .sqlite file to the server and asks about it from then on. */
export function UploadButton({ onFailure }: { onFailure: (error: unknown) => void }) {
  const [sending, setSending] = useState(false);
  const input = useRef<HTMLInputElement>(null);
  const send = async () => {
    const file = input.current!.files?.[0];
    if (!file) return;
    setSending(true);
    try {
      await uploadDatabase(file);
      clearAnswer();
    } catch (error) {
      onFailure(error);
    } finally {
      setSending(false);
      // The same file again is a change again.
      input.current!.value = "";
    }
  };
  return (
    <>
      <input
        ref={input}
        type="file"
        class="unseen"
        tabIndex={-1}
        aria-label="SQLite file"
        accept=".sqlite,.sqlite3,.db,.db3,application/vnd.sqlite3"
        onChange={send}
      />
      <Button size="small" disabled={sending} onClick={() => input.current!.click()}>
        {sending ? "Sending…" : "Upload"}
      </Button>
    </>
  );
}
