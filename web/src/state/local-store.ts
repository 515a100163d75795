import { createStore, type Store } from "./store.js";

/**
 * A store kept in the browser under `sqltune.KEY`, shared with other tabs. Where the browser keeps nothing (private
 * windows, full storage) it lives as long as the page.
 *
 * @param isValid tells whether what was kept is still understood; what is not is dropped
 */
export function localStore<T>(key: string, initial: T, isValid: (value: unknown) => value is T): Store<T> {
  const name = `sqltune.${key}`;
  const read = (text: string | null): T => {
    if (text === null) return initial;
    try {
      const value: unknown = JSON.parse(text);
      return isValid(value) ? value : initial;
    } catch {
      return initial;
    }
  };
  const store = createStore<T>(read(stored(name)));
  let fromOutside = false;
  store.watch((value) => {
    if (fromOutside) return;
    try {
      localStorage.setItem(name, JSON.stringify(value));
    } catch {
      // Nothing is kept, and nothing else depends on it.
    }
  });
  addEventListener("storage", (event) => {
    if (event.key !== name) return;
    fromOutside = true;
    store.set(read(event.newValue));
    fromOutside = false;
  });
  return store;
}

function stored(name: string): string | null {
  try {
    return localStorage.getItem(name);
  } catch {
    return null;
  }
}
