import "./ask.css";
import "./answer.css";
import "./diagram/diagram.css";
import { useEffect } from "preact/hooks";
import { connection } from "../api/connection.js";
import { useStore } from "../state/store.js";
import { AnswerPanel } from "./answer-panel.js";
import { AskStatus } from "./ask-status.js";
import { loadDatabases } from "./databases.js";
import { HistoryPanel } from "./history-panel.js";
import { loadModels } from "./models.js";
import { QuestionBox } from "./question-box.js";
import { ResultPanel } from "./result-panel.js";
import { SchemaPanel } from "./schema-panel.js";
import { SourcePanel } from "./source-panel.js";

/** A question, its SQL, and what the SQL gives; beside them what can be asked about, and what was asked. */
export function AskView() {
  const { arrivals, state } = useStore(connection);
  const neverThere = arrivals === 0 && state === "away";
  useEffect(() => {
    if (arrivals === 0 && !neverThere) return;
    void loadDatabases();
    void loadModels();
  }, [arrivals, neverThere]);
  return (
    <div class="ask">
      <h1 class="unseen">Ask</h1>
      <div class="ask-side">
        <SourcePanel />
        <HistoryPanel />
      </div>
      <div class="ask-middle">
        <QuestionBox />
        <AnswerPanel />
        <ResultPanel />
      </div>
      <SchemaPanel />
      <AskStatus />
    </div>
  );
}
