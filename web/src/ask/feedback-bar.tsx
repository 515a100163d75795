import { useState } from "preact/hooks";
import { ApiError } from "../api/api-error.js";
import type { SqlAnswer, Verdict } from "../api/types.js";
import { Button } from "../parts/button.js";
import { ErrorBox } from "../parts/error-box.js";
import { Icon } from "../parts/icon.js";
import { useStore } from "../state/store.js";
import type { Asked } from "./answer.js";
import { focusEditor } from "./editor/sql-editor.js";
import { type FeedbackReply, sendFeedback } from "./feedback.js";
import { changeHistory } from "./history.js";
import { editedSql } from "./sql-text.js";

export interface FeedbackBarProps {
  asked: Asked;
  answer: SqlAnswer;
  historyId: string | null;
  /** Brings the editor to the front. */
  onEdit: () => void;
}

/** Whether the answer was right, kept by the server as a row to train on. Edited SQL can be sent as the right one. */
export function FeedbackBar({ asked, answer, historyId, onEdit }: FeedbackBarProps) {
  const sql = useStore(editedSql);
  const [sending, setSending] = useState(false);
  const [saved, setSaved] = useState<FeedbackReply | null>(null);
  const [error, setError] = useState<unknown>(null);
  const edited = sql.trim() !== "" && sql.trim() !== answer.sql.trim();
  const send = async (verdict: Verdict) => {
    setSending(true);
    setError(null);
    try {
      const corrected = verdict === "corrected" ? sql.trim() : undefined;
      setSaved(await sendFeedback(asked, { sql: answer.sql, verdict, corrected, model: answer.model }));
      if (historyId) changeHistory(historyId, corrected === undefined ? { verdict } : { verdict, sql: corrected });
    } catch (reason) {
      setError(reason);
    } finally {
      setSending(false);
    }
  };
  const edit = () => {
    onEdit();
    focusEditor();
  };
  return (
    <div class="feedback">
      {saved ? (
        <Saved reply={saved} />
      ) : (
        <>
          <span class="feedback-question">Is this answer right?</span>
          <Button size="small" icon="check" disabled={sending || answer.sql === ""} onClick={() => void send("right")}>
            Right
          </Button>
          <Button size="small" icon="close" disabled={sending} onClick={() => void send("wrong")}>
            Wrong
          </Button>
          <Button
            size="small"
            icon="edit"
            disabled={sending}
            onClick={() => (edited ? void send("corrected") : edit())}
          >
            {edited ? "Send correction" : "Correct it"}
          </Button>
        </>
      )}
      {error !== null && (
        <ErrorBox title="The feedback was not kept" error={error}>
          {error instanceof ApiError && error.details.code === "feedback_off" && (
            <p class="small">Feedback is kept in that folder, where it can be trained on.</p>
          )}
        </ErrorBox>
      )}
    </div>
  );
}

function Saved({ reply }: { reply: FeedbackReply }) {
  return (
    <div class="feedback-saved" role="status">
      <Icon name="check" />
      <div>
        {reply.training_row ? (
          <>
            <p>Kept as a row to train on, in feedback.jsonl of the server's data folder.</p>
            <details>
              <summary>Train on it</summary>
              <pre class="mono">
                npx sqltune train --set data.dataset_name=jsonl --set data.path=DATA_DIR/feedback.jsonl
              </pre>
            </details>
          </>
        ) : (
          <p>Kept as wrong. Edit the SQL and send the correction, and there is something to learn from it.</p>
        )}
      </div>
    </div>
  );
}
