import { useEffect, useRef, useState } from "preact/hooks";
import type { Table } from "../../api/types.js";
import { ErrorBox } from "../../parts/error-box.js";
import { type Store, useStore } from "../../state/store.js";
import type { MountedEditor } from "./mount-editor.js";

export interface SqlEditorProps {
  /**
   * What stands in it. A store and not a value: what is typed between two drawings of the page would be taken back by
   * a value that is already old.
   */
  text: Store<string>;
  /** Names that are completed. */
  tables: readonly Table[];
  onRun: () => void;
}

/** The one on the page; null while none is drawn. */
let current: MountedEditor | null = null;
/** Whether the next one takes the focus. */
let focusNext = false;

/** Now, or as soon as an editor is drawn. */
export function focusEditor(): void {
  if (current) current.focus();
  else focusNext = true;
}

/** CodeMirror, which comes with its own code when the first SQL is shown; until then the SQL stands there as text. */
export function SqlEditor({ text, tables, onRun }: SqlEditorProps) {
  const host = useRef<HTMLDivElement>(null);
  const editor = useRef<MountedEditor | null>(null);
  const [error, setError] = useState<unknown>(null);
  const [ready, setReady] = useState(false);
  const latest = useRef({ tables, onRun });
  latest.current = { tables, onRun };

  useEffect(() => {
    let gone = false;
    import("./mount-editor.js").then(({ mountEditor }) => {
      if (gone) return;
      editor.current = mountEditor(host.current!, {
        value: text.get(),
        tables: latest.current.tables,
        onChange: text.set,
        onRun: () => latest.current.onRun(),
      });
      current = editor.current;
      if (focusNext) current?.focus();
      focusNext = false;
      setReady(true);
    }, setError);
    const unwatch = text.watch((sql) => editor.current?.setValue(sql));
    return () => {
      gone = true;
      unwatch();
      editor.current?.destroy();
      if (current === editor.current) current = null;
      editor.current = null;
    };
  }, [text]);
  useEffect(() => editor.current?.setTables(tables), [tables]);

  if (error) {
    return (
      <>
        <ErrorBox title="The editor could not be loaded" error={error} />
        <PlainEditor text={text} />
      </>
    );
  }
  return (
    <div class="editor">
      {!ready && <pre class="editor-text">{text.get()}</pre>}
      <div ref={host} class="editor-host" />
    </div>
  );
}

function PlainEditor({ text }: { text: Store<string> }) {
  const value = useStore(text);
  return (
    <textarea
      class="mono"
      rows={6}
      aria-label="SQL"
      value={value}
      onInput={(event) => text.set(event.currentTarget.value)}
    />
  );
}
