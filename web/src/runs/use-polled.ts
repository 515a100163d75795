import { useCallback, useEffect, useState } from "preact/hooks";
import { isAbort } from "../api/api-error.js";
import { apiKey } from "../api/api-key.js";
import { connection } from "../api/connection.js";
import { useStore } from "../state/store.js";

export interface Polled<T> {
  value: T | null;
  error: unknown;
  /** Loads it now. */
  reload: () => void;
}

/**
 * Loads something again and again while the page is seen: every `everyMs`, or once where that is null. An error leaves
 * what was loaded before. `load` must keep its identity as long as it means the same.
 */
export function usePolled<T>(load: (signal: AbortSignal) => Promise<T>, everyMs: number | null): Polled<T> {
  const [state, setState] = useState<{ value: T | null; error: unknown }>({ value: null, error: null });
  const [asked, setAsked] = useState(0);
  const { arrivals } = useStore(connection);
  const key = useStore(apiKey);
  useEffect(() => setState({ value: null, error: null }), [load]);
  useEffect(() => {
    const gone = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const run = async () => {
      clearTimeout(timer);
      try {
        const value = await load(gone.signal);
        if (!gone.signal.aborted) setState({ value, error: null });
      } catch (error) {
        if (gone.signal.aborted || isAbort(error)) return;
        setState((now) => ({ ...now, error }));
      }
      if (everyMs !== null && !gone.signal.aborted && document.visibilityState === "visible") {
        timer = setTimeout(run, everyMs);
      }
    };
    const seen = () => {
      if (document.visibilityState === "visible" && everyMs !== null) void run();
    };
    document.addEventListener("visibilitychange", seen);
    void run();
    return () => {
      gone.abort();
      clearTimeout(timer);
      document.removeEventListener("visibilitychange", seen);
    };
  }, [load, everyMs, asked, arrivals, key]);
  return { ...state, reload: useCallback(() => setAsked((n) => n + 1), []) };
}
