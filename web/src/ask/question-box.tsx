import { useEffect, useRef, useState } from "preact/hooks";
import { connection } from "../api/connection.js";
import { Button } from "../parts/button.js";
import { useShortcut } from "../shell/shortcuts.js";
import { useStore } from "../state/store.js";
import { answerState, ask, question, stopAnswer } from "./answer.js";
import { askOptions } from "./ask-options.js";
import { AskOptionsForm } from "./ask-options-form.js";
import { models } from "./models.js";
import { sameSubject, samples, subjectState, titleOf } from "./subject.js";
import { plural } from "./wording.js";

/** Where a question is typed: Enter asks, Shift+Enter begins a line, Escape stops the answer. */
export function QuestionBox() {
  const text = useStore(question);
  const subject = useStore(subjectState);
  const answer = useStore(answerState);
  const { state, modelLoaded } = useStore(connection);
  const [showOptions, setShowOptions] = useState(false);
  const field = useRef<HTMLTextAreaElement>(null);
  const streaming = answer.phase === "streaming";
  const ready = subject.phase === "ready" && text.trim() !== "" && state !== "away" && modelLoaded;
  useShortcut("/", "Go to the question", () => {
    field.current!.focus();
    field.current!.select();
  });
  useShortcut("Escape", "Stop the answer", stopAnswer, streaming);
  useEffect(() => growWithText(field.current!), [text]);
  const keyDown = (event: KeyboardEvent) => {
    if (event.isComposing) return;
    if (event.key === "Enter" && !event.shiftKey) {
      event.preventDefault();
      if (ready) void ask();
    } else if (event.key === "Escape" && streaming) {
      event.preventDefault();
      stopAnswer();
    }
  };
  return (
    <form
      class="panel question"
      aria-label="Question"
      onSubmit={(event) => {
        event.preventDefault();
        if (ready) void ask();
      }}
    >
      <label class="question-label" for="question">
        Ask about <strong>{subject.phase === "none" ? "a database" : titleOf(subject.ref)}</strong>
      </label>
      <textarea
        id="question"
        ref={field}
        rows={1}
        maxLength={10_000}
        enterkeyhint="send"
        placeholder={placeholderFor(subject)}
        value={text}
        onInput={(event) => question.set(event.currentTarget.value)}
        onKeyDown={keyDown}
      />
      <div class="question-bar">
        <ModelName />
        <Button
          kind="plain"
          size="small"
          icon="chevron"
          aria-expanded={showOptions}
          aria-controls="ask-options"
          onClick={() => setShowOptions(!showOptions)}
        >
          Options
        </Button>
        <span class="question-hint quiet small">
          <kbd>Enter</kbd> asks
        </span>
        {streaming ? (
          <Button icon="stop" onClick={stopAnswer}>
            Stop
          </Button>
        ) : (
          <Button kind="main" type="submit" disabled={!ready}>
            Ask
          </Button>
        )}
      </div>
      {!modelLoaded && <p class="small form-problem">The server has no model: questions cannot be asked.</p>}
      {showOptions && <AskOptionsForm />}
    </form>
  );
}

/** Which model answers; a choice where there are several. */
function ModelName() {
  const names = useStore(models);
  const options = useStore(askOptions);
  if (names.length === 0) return null;
  if (names.length === 1) return <span class="model-name quiet small">{names[0]}</span>;
  return (
    <select
      class="model-name small"
      aria-label="Model"
      value={options.model ?? names[0]}
      onChange={(event) => askOptions.set({ ...options, model: event.currentTarget.value })}
    >
      {names.map((name) => (
        <option key={name} value={name}>
          {name}
        </option>
      ))}
    </select>
  );
}

function placeholderFor(subject: ReturnType<typeof subjectState.get>): string {
  if (subject.phase === "none") return "Choose a database first";
  const sample = samples.find((it) => sameSubject(it.ref, subject.ref));
  if (sample) return sample.question;
  const table = subject.phase === "ready" ? subject.subject.tables[0]?.name : undefined;
  return table ? `How many ${plural(table)} are there?` : "What do you want to know?";
}

/** As high as its lines, up to a third of the window. */
function growWithText(field: HTMLTextAreaElement): void {
  field.style.height = "auto";
  field.style.height = `${Math.min(field.scrollHeight + 2, innerHeight / 3)}px`;
}
