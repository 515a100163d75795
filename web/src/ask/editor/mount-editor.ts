import {
  acceptCompletion,
  autocompletion,
  closeBrackets,
  closeBracketsKeymap,
  completionKeymap,
} from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap } from "@codemirror/commands";
import { SQLite, sql } from "@codemirror/lang-sql";
import { bracketMatching, indentOnInput, syntaxHighlighting } from "@codemirror/language";
import { Compartment, EditorState, type Extension, Prec } from "@codemirror/state";
import { drawSelection, EditorView, highlightActiveLine, keymap, lineNumbers } from "@codemirror/view";
import type { Table } from "../../api/types.js";
import { EDITOR_THEME, SQL_COLOURS } from "./editor-theme.js";

export interface EditorOptions {
  value: string;
  tables: readonly Table[];
  onChange: (sql: string) => void;
  onRun: () => void;
}

export interface MountedEditor {
  setValue(sql: string): void;
  setTables(tables: readonly Table[]): void;
  focus(): void;
  destroy(): void;
}

/**
 * An editor for SQLite's SQL in a shadow tree below `host`. There CodeMirror hands its styles over as sheets instead of
 * <style> elements, so that the page's policy may forbid inline style.
 */
export function mountEditor(host: HTMLElement, { value, tables, onChange, onRun }: EditorOptions): MountedEditor {
  const root = host.shadowRoot ?? host.attachShadow({ mode: "open" });
  const parent = document.createElement("div");
  root.append(parent);
  const language = new Compartment();
  const runQuery = () => {
    onRun();
    return true;
  };
  let quiet = false;
  const view = new EditorView({
    root,
    parent,
    state: EditorState.create({
      doc: value,
      extensions: [
        lineNumbers(),
        history(),
        drawSelection(),
        indentOnInput(),
        bracketMatching(),
        closeBrackets(),
        highlightActiveLine(),
        autocompletion({ icons: false }),
        EditorView.lineWrapping,
        EDITOR_THEME,
        syntaxHighlighting(SQL_COLOURS),
        language.of(languageFor(tables)),
        EditorView.contentAttributes.of({ "aria-label": "SQL", autocapitalize: "off", autocorrect: "off" }),
        Prec.high(
          keymap.of([
            { key: "Mod-Enter", run: runQuery },
            // Takes a completion; without one it leads on, as everywhere on the page.
            { key: "Tab", run: acceptCompletion },
            { key: "Escape", run: leave },
          ]),
        ),
        keymap.of([...closeBracketsKeymap, ...defaultKeymap, ...historyKeymap, ...completionKeymap]),
        EditorView.updateListener.of((update) => {
          if (update.docChanged && !quiet) onChange(update.state.doc.toString());
        }),
      ],
    }),
  });
  return {
    setValue(next) {
      const now = view.state.doc.toString();
      if (next === now) return;
      quiet = true;
      view.dispatch({ changes: { from: 0, to: now.length, insert: next } });
      quiet = false;
    },
    setTables: (next) => view.dispatch({ effects: language.reconfigure(languageFor(next)) }),
    focus: () => view.focus(),
    destroy() {
      view.destroy();
      parent.remove();
    },
  };
}

/** Escape closes a list of completions; where none is open it leaves the editor for the page's single keys. */
function leave(view: EditorView): boolean {
  if (view.dom.querySelector(".cm-tooltip-autocomplete")) return false;
  view.contentDOM.blur();
  return true;
}

function languageFor(tables: readonly Table[]): Extension {
  const schema = Object.fromEntries(tables.map(({ name, columns }) => [name, columns.map((column) => column.name)]));
  return sql({ dialect: SQLite, schema, upperCaseKeywords: true });
}
