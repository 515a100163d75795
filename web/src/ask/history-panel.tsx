import { useState } from "preact/hooks";
import { Button } from "../parts/button.js";
import { useShortcut } from "../shell/shortcuts.js";
import { useStore } from "../state/store.js";
import { ask, question, showSql } from "./answer.js";
import { percent, toneOf } from "./confidence-badge.js";
import { forget, forgetAll, HISTORY_LIMIT, type HistoryEntry, history, searchHistory } from "./history.js";
import { chooseSubject, sameSubject, subjectState, titleOf } from "./subject.js";

/** What was asked in this browser. */
export function HistoryPanel() {
  const entries = useStore(history);
  const [search, setSearch] = useState("");
  const found = searchHistory(entries, search);
  useShortcut("h", "Search the history", () => document.getElementById("history-search")?.focus());
  if (entries.length === 0) return null;
  return (
    <section class="panel history" aria-labelledby="history-title">
      <div class="panel-head">
        <h2 id="history-title">History</h2>
        <Button
          kind="plain"
          size="small"
          onClick={() => {
            if (confirm(`Delete all ${entries.length} questions of the history?`)) forgetAll();
          }}
        >
          Clear
        </Button>
      </div>
      <input
        id="history-search"
        type="search"
        aria-label="Search the history"
        placeholder="Search"
        value={search}
        onInput={(event) => setSearch(event.currentTarget.value)}
      />
      <ul class="history-list" aria-label="Questions asked">
        {found.map((entry) => (
          <Entry key={entry.id} entry={entry} />
        ))}
      </ul>
      {found.length === 0 && <p class="quiet small">Nothing found.</p>}
      <p class="quiet small history-note">{`The last ${HISTORY_LIMIT}, kept in this browser alone.`}</p>
    </section>
  );
}

function Entry({ entry }: { entry: HistoryEntry }) {
  const { id, question: text, sql, confidence, subject, verdict } = entry;
  return (
    <li>
      <button type="button" class="history-entry" onClick={() => void show(entry)}>
        <span class="history-question">{text}</span>
        <span class="history-about quiet">
          <span class={`history-dot ${toneOf(confidence)}`} aria-hidden="true" />
          {`${percent(confidence)} · ${titleOf(subject)}${verdict ? ` · ${verdict}` : ""}`}
        </span>
        <span class="history-sql mono quiet">{sql}</span>
      </button>
      <div class="history-actions">
        <Button
          kind="plain"
          size="small"
          icon="redo"
          aria-label={`Ask again: ${text}`}
          title="Ask again"
          onClick={() => void askAgain(entry)}
        />
        <Button
          kind="plain"
          size="small"
          icon="trash"
          aria-label={`Delete from the history: ${text}`}
          title="Delete"
          onClick={() => forget(id)}
        />
      </div>
    </li>
  );
}

/** Brings back question, subject and SQL without asking the model. */
async function show(entry: HistoryEntry): Promise<void> {
  const subject = await prepared(entry);
  if (subject) showSql({ question: entry.question, subject }, entry.sql, entry.id);
}

async function askAgain(entry: HistoryEntry): Promise<void> {
  if (await prepared(entry)) await ask();
}

async function prepared(entry: HistoryEntry) {
  question.set(entry.question);
  const now = subjectState.get();
  if (now.phase !== "ready" || !sameSubject(now.ref, entry.subject)) await chooseSubject(entry.subject);
  const then = subjectState.get();
  return then.phase === "ready" ? then.subject : null;
}
