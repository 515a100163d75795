import { Button } from "../parts/button.js";
import { useStore } from "../state/store.js";
import { ask, question, showSql } from "./answer.js";
import type { Subject } from "./subject.js";
import { sameSubject, samples, subjectState } from "./subject.js";
import { plural, words } from "./wording.js";

/** Something to begin with: questions about this schema, and the way to the editor without a question. */
export function FirstQuestions() {
  const state = useStore(subjectState);
  if (state.phase !== "ready") return <p>Choose a database, then type a question. The SQL comes token by token.</p>;
  const { subject } = state;
  return (
    <>
      <p>The SQL comes token by token, each as sure as its colour; then it can be edited and run.</p>
      <ul class="first-questions" aria-label="Questions to begin with">
        {questionsFor(subject).map((text) => (
          <li key={text}>
            <Button
              size="small"
              onClick={() => {
                question.set(text);
                void ask();
              }}
            >
              {text}
            </Button>
          </li>
        ))}
      </ul>
      {"database" in subject.ref && (
        <p>
          or{" "}
          <button
            type="button"
            class="link"
            onClick={() => showSql({ question: "", subject }, `SELECT * FROM ${quoted(subject)} LIMIT 20`, null)}
          >
            write SQL yourself
          </button>
        </p>
      )}
    </>
  );
}

/** Plain questions that the names of a schema allow: a count, a grouping, a list. */
function questionsFor({ ref, tables }: Subject): string[] {
  const sample = samples.find((it) => sameSubject(it.ref, ref));
  const [first, second] = tables.filter(({ columns }) => columns.length > 1);
  const found = sample ? [sample.question] : [];
  if (first) found.push(`How many ${plural(first.name)} are there?`);
  // A category rather than what tells rows apart.
  const text = first?.columns.find(
    ({ name, type, primaryKey }) =>
      !primaryKey && /char|text|clob/i.test(type) && !/name|title|mail|phone|date|_on$|text/i.test(name),
  );
  if (first && text) found.push(`Count the ${plural(first.name)} by ${words(text.name)}.`);
  if (second) found.push(`List all ${plural(second.name)}.`);
  return found.slice(0, 3);
}

function quoted({ tables }: Subject): string {
  const name = tables[0]?.name ?? "sqlite_schema";
  return /^[A-Za-z_][A-Za-z0-9_]*$/.test(name) ? name : `"${name.replaceAll('"', '""')}"`;
}
