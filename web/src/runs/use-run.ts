import { useEffect, useState } from "preact/hooks";
import { isAbort } from "../api/api-error.js";
import { apiKey } from "../api/api-key.js";
import { request } from "../api/client.js";
import { serverEvents } from "../api/server-events.js";
import { useStore } from "../state/store.js";
import type { Run, RunDetails, RunEvent } from "./run-types.js";
import { fetchRun, streamPath } from "./runs-api.js";

/** How news of the run reach the page. */
export type Link = "connecting" | "live" | "lost" | "ended";

export interface WatchedRun {
  /** With its config, as it was when the page was opened and when the run ended; the standing is always the newest. */
  run: RunDetails | null;
  events: readonly RunEvent[];
  link: Link;
  error: unknown;
}

const AGAIN_MS = 2_500;
const NOTHING: WatchedRun = { run: null, events: [], link: "connecting", error: null };

/** A run as it goes on. A connection that breaks is taken up again where it broke. */
export function useRun(id: string): WatchedRun {
  const [state, setState] = useState<WatchedRun>(NOTHING);
  const key = useStore(apiKey);
  useEffect(() => {
    const gone = new AbortController();
    setState(NOTHING);
    const change = (part: Partial<WatchedRun>) => {
      if (!gone.signal.aborted) setState((now) => ({ ...now, ...part }));
    };
    void watch(id, gone.signal, change);
    return () => gone.abort();
  }, [id, key]);
  return state;
}

async function watch(id: string, signal: AbortSignal, change: (part: Partial<WatchedRun>) => void): Promise<void> {
  let events: RunEvent[] = [];
  let run: RunDetails | null = null;
  while (!signal.aborted) {
    try {
      run = await fetchRun(id, signal);
      change({ run, error: null });
      const response = await request(streamPath(id, events.length), { signal });
      change({ link: "live" });
      let ended = false;
      let waiting = false;
      // Thousands of lines come at once: they are drawn once.
      const show = () => {
        if (waiting) return;
        waiting = true;
        setTimeout(() => {
          waiting = false;
          change({ events: [...events] });
        }, 60);
      };
      for await (const { event, data } of serverEvents(response)) {
        if (event === "run") events.push(JSON.parse(data) as RunEvent);
        else if (event === "restart") events = [];
        else if (event === "status") run = { ...run, ...(JSON.parse(data) as Run) };
        else if (event === "end") ended = true;
        if (event === "status") change({ run });
        else if (event === "run" || event === "restart") show();
        if (ended) break;
      }
      if (ended) {
        // Its report and its last files are there now.
        change({ run: await fetchRun(id, signal).catch(() => run), events: [...events], link: "ended" });
        return;
      }
      change({ link: "lost" });
    } catch (error) {
      if (signal.aborted || isAbort(error)) return;
      change({ link: "lost", error });
    }
    await new Promise((done) => setTimeout(done, AGAIN_MS));
  }
}
