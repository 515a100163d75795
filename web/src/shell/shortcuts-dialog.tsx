import { Dialog } from "../parts/dialog.js";
import { useStore } from "../state/store.js";
import { isMac, shortcuts } from "./shortcuts.js";

/** Where keys belong to one field, they are listed here and handled there. */
const FIELD_KEYS = [
  { keys: "Enter", label: "Ask (in the question)" },
  { keys: "Shift+Enter", label: "New line (in the question)" },
  { keys: "Escape", label: "Stop the answer, leave the editor or close" },
];

/** What keys do here and now. */
export function ShortcutsDialog({ onClose }: { onClose: () => void }) {
  const active = useStore(shortcuts);
  const asking = location.hash === "" || location.hash.startsWith("#/ask");
  return (
    <Dialog title="Keyboard shortcuts" onClose={onClose}>
      <dl class="shortcut-list">
        {[...(asking ? FIELD_KEYS : []), ...active].map(({ keys, label }) => (
          <div key={keys + label}>
            <dt>{label}</dt>
            <dd>
              {keys.split(/[ +]/).map((key, at) => (
                <span key={`${key}${at}`}>
                  {at > 0 && <span class="quiet">{keys.includes(" ") ? " then " : " + "}</span>}
                  <kbd>{nameOf(key)}</kbd>
                </span>
              ))}
            </dd>
          </div>
        ))}
      </dl>
    </Dialog>
  );
}

function nameOf(key: string): string {
  if (key === "Mod") return isMac ? "⌘" : "Ctrl";
  return key === "Escape" ? "Esc" : key;
}
