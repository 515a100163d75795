import { useCallback, useEffect, useMemo, useRef, useState } from "preact/hooks";
import { EmptyState } from "../parts/empty-state.js";
import { ErrorBox } from "../parts/error-box.js";
import { SqlDiff } from "../results/sql-diff.js";
import type { Predictions, SampledQuestion, StepAnswer } from "./run-types.js";
import { fetchPredictions } from "./runs-api.js";
import { percentText } from "./score-text.js";
import { usePolled } from "./use-polled.js";

type Shown = "all" | "learnt" | "lost" | "wrong" | "right";
const SHOWN: Record<Shown, string> = {
  all: "All",
  learnt: "Learnt on the way",
  lost: "Lost on the way",
  wrong: "Wrong at the end",
  right: "Right at the end",
};

/** The same questions at each evaluation: how the answers change as the model learns. */
export function PredictionsView({ id, evaluations }: { id: string; evaluations: number }) {
  const load = useCallback((signal: AbortSignal) => fetchPredictions(id, signal), [id]);
  const { value, error, reload } = usePolled(load, null);
  const seen = useRef(evaluations);
  useEffect(() => {
    if (evaluations !== seen.current) reload();
    seen.current = evaluations;
  }, [evaluations]);
  if (error != null) return <ErrorBox title="The predictions could not be loaded" error={error} onRetry={reload} />;
  if (!value) return <p class="unseen">Loading…</p>;
  if (value.steps.length === 0) {
    return (
      <EmptyState icon="list" title="No sample predictions">
        <p>
          A run keeps them where its config has <code>evaluation.generate</code>: questions of the validation rows,
          answered at each evaluation.
        </p>
      </EmptyState>
    );
  }
  return <Questions predictions={value} />;
}

function Questions({ predictions }: { predictions: Predictions }) {
  const { questions, steps, total } = predictions;
  const [shown, setShown] = useState<Shown>("all");
  const [open, setOpen] = useState<string | null>(questions[0]?.id ?? null);
  const counts = useMemo(() => new Map(kinds.map((kind) => [kind, questions.filter(is[kind]).length])), [questions]);
  const found = questions.filter(is[shown]);
  return (
    <div class="predictions">
      <StepScores predictions={predictions} />
      <div class="prediction-bar">
        <label class="field-inline">
          <span class="field-label">Questions</span>
          <select value={shown} onChange={(event) => setShown(event.currentTarget.value as Shown)}>
            {kinds.map((kind) => (
              <option key={kind} value={kind}>
                {`${SHOWN[kind]} (${counts.get(kind)})`}
              </option>
            ))}
          </select>
        </label>
        {total > questions.length && <span class="quiet small">{`the first ${questions.length} of ${total}`}</span>}
      </div>
      {found.length === 0 && <EmptyState icon="list" title="None of the questions" />}
      <ol class="question-list">
        {found.map((question) => (
          <Question
            key={question.id}
            question={question}
            steps={steps}
            open={open === question.id}
            onToggle={() => setOpen(open === question.id ? null : question.id)}
          />
        ))}
      </ol>
    </div>
  );
}

/** The strictest verdict there is; null where nothing could judge. */
export function verdictOf(answer: StepAnswer | undefined): boolean | null {
  return answer ? (answer.ts ?? answer.ex ?? answer.em ?? answer.exact_match) : null;
}

const first = ({ answers }: SampledQuestion) => verdictOf(answers[0]);
const last = ({ answers }: SampledQuestion) => verdictOf(answers.at(-1));
const kinds = Object.keys(SHOWN) as Shown[];
const is: Record<Shown, (question: SampledQuestion) => boolean> = {
  all: () => true,
  learnt: (question) => last(question) === true && question.answers.some((answer) => verdictOf(answer) === false),
  lost: (question) => last(question) === false && question.answers.some((answer) => verdictOf(answer) === true),
  wrong: (question) => last(question) === false,
  right: (question) => last(question) === true && first(question) !== null,
};

/** How many were right at each evaluation. */
function StepScores({ predictions: { steps, questions } }: { predictions: Predictions }) {
  return (
    <ol class="step-scores" aria-label="Right answers by step">
      {steps.map((step) => {
        const judged = questions.flatMap(({ answers }) => {
          const verdict = verdictOf(answers.find((answer) => answer.step === step));
          return verdict === null ? [] : [verdict];
        });
        const right = judged.filter(Boolean).length;
        const share = judged.length > 0 ? right / judged.length : 0;
        return (
          <li key={step}>
            <span class="quiet small">{`step ${step}`}</span>
            <strong>{judged.length > 0 ? percentText(share) : "–"}</strong>
            <span class="share-bar" aria-hidden="true">
              <span style={{ width: `${100 * share}%` }} />
            </span>
            <span class="quiet small">{`${right} of ${judged.length}`}</span>
          </li>
        );
      })}
    </ol>
  );
}

interface QuestionProps {
  question: SampledQuestion;
  steps: readonly number[];
  open: boolean;
  onToggle: () => void;
}

function Question({ question, steps, open, onToggle }: QuestionProps) {
  const [step, setStep] = useState<number | null>(null);
  const { answers } = question;
  const chosen = answers.find((answer) => answer.step === step) ?? answers.at(-1);
  const strip = steps.map((at) => ({ step: at, answer: answers.find((answer) => answer.step === at) }));
  return (
    <li class="question" data-open={open}>
      <button type="button" class="question-head" aria-expanded={open} onClick={onToggle}>
        <span class="question-text">
          {question.question}
          {question.db_id && <span class="quiet small">{` ${question.db_id}`}</span>}
        </span>
        <span class="verdict-strip">
          {strip.map(({ step: at, answer }) => (
            <Mark key={at} verdict={verdictOf(answer)} label={`step ${at}`} />
          ))}
        </span>
      </button>
      {open && chosen && (
        <div class="question-body">
          {answers.length > 1 && (
            <fieldset class="step-choice" aria-label="Step">
              {answers.map((answer) => (
                <button
                  key={answer.step}
                  type="button"
                  aria-pressed={answer === chosen}
                  onClick={() => setStep(answer.step)}
                >
                  {answer.step} <Mark verdict={verdictOf(answer)} label="" />
                </button>
              ))}
            </fieldset>
          )}
          <SqlDiff gold={question.gold} predicted={chosen.predicted} predictedTitle={`Step ${chosen.step}`} />
          {chosen.failure && <p class="failure">{`Did not run: ${chosen.failure}`}</p>}
        </div>
      )}
    </li>
  );
}

const MARKS = { true: "✓", false: "✗", null: "–" };
const WORDS = { true: "right", false: "wrong", null: "not judged" };

/** ✓, ✗ or –, in a word for those who hear it. */
export function Mark({ verdict, label }: { verdict: boolean | null; label: string }) {
  const key = String(verdict) as keyof typeof MARKS;
  const said = `${label} ${WORDS[key]}`.trim();
  return (
    <span class={`verdict ${WORDS[key].replace(" ", "-")}`} title={said}>
      <span aria-hidden="true">{MARKS[key]}</span>
      <span class="unseen">{said}</span>
    </span>
  );
}
