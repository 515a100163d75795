import { useState } from "preact/hooks";
import { Button } from "../parts/button.js";
import { ErrorBox } from "../parts/error-box.js";
import { useShortcut } from "../shell/shortcuts.js";
import { useStore } from "../state/store.js";
import { clearAnswer, question } from "./answer.js";
import { databases, deleteDatabase, loadDatabases } from "./databases.js";
import { PasteDialog } from "./paste-dialog.js";
import { SourceOption } from "./source-option.js";
import { chooseSubject, type SubjectRef, sameSubject, samples, subjectState } from "./subject.js";
import { UploadButton } from "./upload-button.js";

const FEW = 6;

/** What to ask about: a database of the server, an own one, or a schema alone. */
export function SourcePanel() {
  const { phase, list, error } = useStore(databases);
  const state = useStore(subjectState);
  const [pasting, setPasting] = useState(false);
  const [filter, setFilter] = useState("");
  const [failed, setFailed] = useState<{ title: string; error: unknown } | null>(null);
  const chosen = state.phase === "none" ? null : state.ref;
  const choose = (ref: SubjectRef, asking?: string) => {
    setFailed(null);
    if (!sameSubject(ref, chosen)) clearAnswer();
    if (asking !== undefined) question.set(asking);
    void chooseSubject(ref);
  };
  const remove = async (name: string) => {
    if (!confirm(`Delete the database ${name} from the server?`)) return;
    await deleteDatabase(name).catch((reason) => setFailed({ title: `${name} was not deleted`, error: reason }));
  };
  useShortcut("p", "Paste a schema", () => setPasting(true));
  const wanted = list.filter(({ name }) => name.toLowerCase().includes(filter.trim().toLowerCase()));
  const own = chosen && "text" in chosen && !samples.some(({ ref }) => sameSubject(ref, chosen)) ? chosen : null;
  return (
    <section class="panel source" aria-labelledby="source-title">
      <div class="panel-head">
        <h2 id="source-title">Database</h2>
        <UploadButton onFailure={(reason) => setFailed({ title: "The file was not uploaded", error: reason })} />
        <Button size="small" onClick={() => setPasting(true)}>
          Paste DDL
        </Button>
      </div>
      {failed && <ErrorBox {...failed} />}
      {phase === "failed" && (
        <ErrorBox title="The databases could not be loaded" error={error} onRetry={() => void loadDatabases()} />
      )}
      {list.length > FEW && (
        <input
          type="search"
          class="source-filter"
          aria-label="Find a database"
          placeholder={`Find one of ${list.length}`}
          value={filter}
          onInput={(event) => setFilter(event.currentTarget.value)}
        />
      )}
      {phase === "ready" && list.length === 0 && (
        <p class="quiet small source-none">
          The server has no database yet. Upload one to run queries, or try a schema.
        </p>
      )}
      <ul class="source-list" aria-label="Databases of the server">
        {wanted.map((database) => (
          <SourceOption
            key={database.name}
            title={database.name}
            about={`${database.tables.length} ${database.tables.length === 1 ? "table" : "tables"}`}
            icon="database"
            chosen={sameSubject({ database: database.name }, chosen)}
            onChoose={() => choose({ database: database.name })}
            onDelete={database.origin === "upload" ? () => void remove(database.name) : undefined}
          />
        ))}
      </ul>
      {wanted.length === 0 && list.length > 0 && <p class="quiet small source-none">No database has this name.</p>}
      <h3 class="eyebrow">Schemas alone</h3>
      <ul class="source-list" aria-label="Schemas alone">
        {own && <SourceOption title={own.title} about="pasted" icon="code" chosen onChoose={() => setPasting(true)} />}
        {samples.map(({ ref, question: asking }) => (
          <SourceOption
            key={ref.title}
            title={ref.title}
            icon="code"
            chosen={sameSubject(ref, chosen)}
            onChoose={() => choose(ref, asking)}
          />
        ))}
      </ul>
      {pasting && (
        <PasteDialog
          text={own?.text ?? ""}
          onClose={() => setPasting(false)}
          onDone={(ref) => {
            setPasting(false);
            choose(ref);
          }}
        />
      )}
    </section>
  );
}
