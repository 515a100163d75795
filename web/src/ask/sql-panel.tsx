import { useEffect, useState } from "preact/hooks";
import type { SqlAnswer } from "../api/types.js";
import { Button } from "../parts/button.js";
import { CopyButton } from "../parts/copy-button.js";
import { isMac, useShortcut } from "../shell/shortcuts.js";
import { useStore } from "../state/store.js";
import { type Asked, databaseOf } from "./answer.js";
import { focusEditor, SqlEditor } from "./editor/sql-editor.js";
import { queryState, runQuery } from "./query.js";
import { editedSql } from "./sql-text.js";

export interface SqlPanelProps {
  asked: Asked;
  answer: SqlAnswer | null;
}

/** The SQL in an editor, with what can be done with it. */
export function SqlPanel({ asked, answer }: SqlPanelProps) {
  const sql = useStore(editedSql);
  const query = useStore(queryState);
  const [unformatted, setUnformatted] = useState(false);
  const { tables } = asked.subject;
  const database = databaseOf(asked, answer);
  const running = query.phase === "running";
  const edited = answer !== null && sql !== answer.sql;
  const run = () => {
    const now = editedSql.get();
    if (database !== null && now.trim() !== "") void runQuery(database, now);
  };
  useShortcut("Mod+Enter", "Run the SQL", run, database !== null);
  useShortcut("e", "Edit the SQL", focusEditor);
  useEffect(() => setUnformatted(false), [sql]);
  const format = async () => {
    const { formatted } = await import("./format-query.js");
    const text = formatted(sql);
    setUnformatted(text === null);
    if (text !== null) editedSql.set(text);
  };
  return (
    <div class="sql-panel">
      <SqlEditor text={editedSql} tables={tables} onRun={run} />
      <div class="sql-bar">
        {database !== null && (
          <Button kind="main" size="small" icon="play" disabled={running || sql.trim() === ""} onClick={run}>
            {running ? "Running…" : "Run"}
            <span class="key-hint" aria-hidden="true">
              {isMac ? "⌘↵" : "Ctrl ↵"}
            </span>
          </Button>
        )}
        <CopyButton size="small" text={() => sql} label="Copy" />
        <Button size="small" icon="list" onClick={() => void format()}>
          Format
        </Button>
        {edited && (
          <Button kind="plain" size="small" icon="redo" onClick={() => editedSql.set(answer.sql)}>
            Back to the answer
          </Button>
        )}
        {unformatted && (
          <span class="small quiet" role="status">
            Not formatted: this does not parse.
          </span>
        )}
      </div>
    </div>
  );
}
