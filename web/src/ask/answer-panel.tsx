import { useState } from "preact/hooks";
import { EmptyState } from "../parts/empty-state.js";
import { ErrorBox } from "../parts/error-box.js";
import { Notice } from "../parts/notice.js";
import { Tabs } from "../parts/tabs.js";
import { useStore } from "../state/store.js";
import { AlternativesList } from "./alternatives-list.js";
import { type AnswerState, answerState, ask, question } from "./answer.js";
import { AnswerFacts } from "./answer-facts.js";
import { AnswerNotices } from "./answer-notices.js";
import { ConfidenceBadge } from "./confidence-badge.js";
import { FeedbackBar } from "./feedback-bar.js";
import { FirstQuestions } from "./first-questions.js";
import { SqlPanel } from "./sql-panel.js";
import { TokenText } from "./token-text.js";

/** The SQL: as it is written, and then to be run, edited, judged. */
export function AnswerPanel() {
  const state = useStore(answerState);
  if (state.phase === "idle") {
    return (
      <section class="panel answer idle" aria-label="Answer">
        <EmptyState icon="database" title="Ask in your own words">
          <FirstQuestions />
        </EmptyState>
      </section>
    );
  }
  return (
    <section class="panel answer" aria-labelledby="answer-title">
      <div class="answer-head">
        <h2 id="answer-title">{state.asked.question || "Your own SQL"}</h2>
        {state.phase === "answered" && state.answer && <ConfidenceBadge answer={state.answer} />}
      </div>
      <AnswerBody state={state} />
    </section>
  );
}

function AnswerBody({ state }: { state: Exclude<AnswerState, { phase: "idle" }> }) {
  const again = () => {
    question.set(state.asked.question);
    void ask();
  };
  switch (state.phase) {
    case "streaming":
      return (
        <div class="streaming" aria-busy="true">
          <TokenText tokens={state.tokens} writing />
          <p class="quiet small streaming-hint">
            {state.tokens.length === 0 ? "Reading the schema…" : `${state.tokens.length} tokens`}
            <span>
              <kbd>Esc</kbd> stops
            </span>
          </p>
        </div>
      );
    case "stopped":
      return (
        <>
          {state.tokens.length > 0 && <TokenText tokens={state.tokens} />}
          <Notice tone="quiet" icon="stop">
            <p>
              Stopped.{" "}
              <button type="button" class="link" onClick={again}>
                Ask again
              </button>
            </p>
          </Notice>
        </>
      );
    case "failed":
      return (
        <>
          {state.tokens.length > 0 && <TokenText tokens={state.tokens} />}
          <ErrorBox title="The question was not answered" error={state.error} onRetry={again} />
        </>
      );
    case "answered":
      return <Answered state={state} />;
  }
}

type View = "sql" | "tokens" | "alternatives" | "facts";

function Answered({ state }: { state: Extract<AnswerState, { phase: "answered" }> }) {
  const { asked, answer, tokens } = state;
  const [view, setView] = useState<View>("sql");
  const sqlPanel = () => <SqlPanel asked={asked} answer={answer} />;
  if (!answer) return <div class="answer-alone">{sqlPanel()}</div>;
  const { alternatives = [] } = answer;
  const tabs = [
    { name: "sql" as const, label: "SQL", panel: sqlPanel },
    { name: "tokens" as const, label: "Probabilities", panel: () => <TokenText tokens={tokens} legend /> },
    ...(alternatives.length === 0
      ? []
      : [
          {
            name: "alternatives" as const,
            label: `Alternatives ${alternatives.length}`,
            panel: () => <AlternativesList alternatives={alternatives} onChoose={() => setView("sql")} />,
          },
        ]),
    { name: "facts" as const, label: "Details", panel: () => <AnswerFacts answer={answer} /> },
  ];
  return (
    <>
      <AnswerNotices answer={answer} />
      <Tabs label="Answer" tabs={tabs} chosen={view} onChoose={setView} />
      <FeedbackBar
        key={answer.id}
        asked={asked}
        answer={answer}
        historyId={state.historyId}
        onEdit={() => setView("sql")}
      />
    </>
  );
}
