import { useEffect, useRef } from "preact/hooks";
import { createStore } from "../state/store.js";

export interface Shortcut {
  /** "?", "Mod+Enter" (Ctrl, on a Mac Command) or two keys one after the other: "g a". */
  keys: string;
  /** What it does, as the list of shortcuts says it. */
  label: string;
}

interface Active extends Shortcut {
  run: () => void;
}

/** Those of what is drawn now. */
export const shortcuts = createStore<readonly Active[]>([]);

export const isMac = /Mac|iPhone|iPad/.test(navigator.platform);

const SEQUENCE_MS = 900;
let before = { key: "", at: 0 };

/** Makes keys do something while the component is drawn. Single keys rest while something is being typed. */
export function useShortcut(keys: string, label: string, run: () => void, enabled = true): void {
  const latest = useRef(run);
  latest.current = run;
  useEffect(() => {
    if (!enabled) return;
    const active: Active = { keys, label, run: () => latest.current() };
    shortcuts.set((now) => [...now, active]);
    return () => shortcuts.set((now) => now.filter((it) => it !== active));
  }, [keys, label, enabled]);
}

addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.isComposing || event.altKey || document.querySelector("dialog[open]")) return;
  const mod = isMac ? event.metaKey : event.ctrlKey;
  if (!mod && (isTyping(event.composedPath()[0]) || event.ctrlKey || event.metaKey)) return;
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  const now = Date.now();
  const sequence = now - before.at < SEQUENCE_MS ? `${before.key} ${key}` : "";
  before = mod ? { key: "", at: 0 } : { key, at: now };
  const wanted = mod ? [`Mod+${key}`] : [sequence, key];
  const active = shortcuts.get();
  const found = wanted.map((it) => active.findLast(({ keys }) => keys === it)).find((it) => it !== undefined);
  if (!found) return;
  event.preventDefault();
  found.run();
});

function isTyping(target: EventTarget | undefined): boolean {
  if (!(target instanceof HTMLElement)) return false;
  return target.isContentEditable || /^(?:INPUT|TEXTAREA|SELECT)$/.test(target.tagName);
}
