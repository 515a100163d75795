import { useStore } from "../state/store.js";
import { type AnswerState, answerState } from "./answer.js";
import { percent } from "./confidence-badge.js";
import { type QueryState, queryState } from "./query.js";

/** Says what happens to those who do not see it: that SQL is being written, and then what it is; never token by token. */
export function AskStatus() {
  const text = [answerText(useStore(answerState)), queryText(useStore(queryState))].filter(Boolean).join(" ");
  return (
    <p class="unseen" role="status">
      {text}
    </p>
  );
}

function answerText(state: AnswerState): string {
  switch (state.phase) {
    case "streaming":
      return "Writing SQL.";
    case "stopped":
      return "Stopped.";
    case "answered": {
      if (!state.answer) return "";
      const { sql, confidence, calibrated_confidence, abstained } = state.answer;
      const unsure = abstained ? " The model is unsure." : "";
      return `SQL with a confidence of ${percent(calibrated_confidence ?? confidence)}: ${sql}.${unsure}`;
    }
    default:
      return "";
  }
}

function queryText(state: QueryState): string {
  if (state.phase === "running") return "Running.";
  if (state.phase !== "done") return "";
  const { length } = state.result.rows;
  return `${length} ${length === 1 ? "row" : "rows"}.`;
}
