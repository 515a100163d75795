import { useState } from "preact/hooks";
import { messageOf } from "../api/api-error.js";
import { Button } from "../parts/button.js";
import { Dialog } from "../parts/dialog.js";
import { readSubject, type SubjectRef } from "./subject.js";

export interface PasteDialogProps {
  /** What is there to begin with. */
  text: string;
  onClose: () => void;
  onDone: (ref: SubjectRef) => void;
}

const EXAMPLE = `CREATE TABLE author (id INTEGER PRIMARY KEY, name TEXT);
CREATE TABLE book (
  id INTEGER PRIMARY KEY,
  title TEXT,
  author_id INTEGER REFERENCES author(id)
);`;

/** Takes a schema as text: nothing is stored on the server. */
export function PasteDialog({ text: first, onClose, onDone }: PasteDialogProps) {
  const [text, setText] = useState(first);
  const [problem, setProblem] = useState<string | null>(null);
  const use = (event: Event) => {
    event.preventDefault();
    try {
      const subject = readSubject("", text.trim());
      if (subject.tables.length === 0) throw new Error("There is no table in this text.");
      onDone({ title: nameOf(subject.tables.map(({ name }) => name)), text: text.trim() });
    } catch (error) {
      // What the library advises beyond the first sentences is the command line's.
      setProblem(messageOf(error).split(" Accepted forms:")[0]!);
    }
  };
  return (
    <Dialog title="Paste a schema" wide onClose={onClose}>
      <form class="form" onSubmit={use}>
        <label class="field">
          <span class="field-label">CREATE TABLE statements, or TABLE: lines</span>
          <textarea
            class="mono"
            rows={12}
            spellcheck={false}
            placeholder={EXAMPLE}
            value={text}
            aria-invalid={problem !== null}
            aria-describedby={problem === null ? undefined : "paste-problem"}
            onInput={(event) => {
              setText(event.currentTarget.value);
              setProblem(null);
            }}
          />
        </label>
        {problem !== null && (
          <p id="paste-problem" role="alert" class="form-problem">
            {problem}
          </p>
        )}
        <p class="quiet small">The SQL can be written for it, but not run: that takes a database.</p>
        <div class="form-actions">
          <Button onClick={onClose}>Cancel</Button>
          <Button kind="main" type="submit" disabled={text.trim() === ""}>
            Use this schema
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

function nameOf(tables: string[]): string {
  return tables.length > 3 ? `${tables.slice(0, 2).join(", ")} and ${tables.length - 2} more` : tables.join(", ");
}
