import { useState } from "preact/hooks";
import { Button } from "../parts/button.js";
import { Dialog } from "../parts/dialog.js";
import { ErrorBox } from "../parts/error-box.js";
import type { Run } from "./run-types.js";
import { endRun } from "./runs-api.js";

/** Asks how the run is to end: with a checkpoint, or at once. */
export function StopDialog({ run, onClose }: { run: Run; onClose: () => void }) {
  const [busy, setBusy] = useState<"stop" | "cancel" | null>(null);
  const [error, setError] = useState<unknown>(null);
  const end = async (how: "stop" | "cancel") => {
    setBusy(how);
    setError(null);
    try {
      await endRun(run.id, how);
      onClose();
    } catch (failure) {
      setError(failure);
      setBusy(null);
    }
  };
  const done = run.steps === null ? `step ${run.step}` : `step ${run.step} of ${run.steps}`;
  return (
    <Dialog
      title={`Stop ${run.id}?`}
      onClose={onClose}
      actions={
        <>
          <Button data-first onClick={onClose}>
            Let it go on
          </Button>
          <Button kind="danger" disabled={busy !== null} onClick={() => end("cancel")}>
            {busy === "cancel" ? "Ending…" : "End without saving"}
          </Button>
          <Button kind="main" disabled={busy !== null} onClick={() => end("stop")}>
            {busy === "stop" ? "Stopping…" : "Save and stop"}
          </Button>
        </>
      }
    >
      <p>
        It is at {done}. <strong>Save and stop</strong> finishes the step, writes a checkpoint and ends;{" "}
        <code>sqltune train --resume</code> goes on from there.
      </p>
      <p class="dialog-more">
        <strong>End without saving</strong> loses all steps since the last checkpoint.
      </p>
      {error != null && <ErrorBox title="It could not be stopped" error={error} />}
    </Dialog>
  );
}
