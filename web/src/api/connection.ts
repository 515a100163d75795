import { createStore } from "../state/store.js";

/** Whether the server answers, and whether it has a model. */
export interface Connection {
  state: "checking" | "up" | "away";
  modelLoaded: boolean;
  /** Counts how often the server has come (back): what was loaded from it is loaded again when this changes. */
  arrivals: number;
}

const UP_MS = 15_000;
const AWAY_MS = 2_500;

export const connection = createStore<Connection>({ state: "checking", modelLoaded: true, arrivals: 0 });

let timer: ReturnType<typeof setTimeout> | undefined;
let asking: Promise<void> | null = null;

/** Asks /health now, and from then on regularly: seldom while all is well, often while the server is away. */
export function checkConnection(): Promise<void> {
  clearTimeout(timer);
  asking ??= ask().finally(() => {
    asking = null;
    if (document.visibilityState !== "hidden") {
      timer = setTimeout(checkConnection, connection.get().state === "up" ? UP_MS : AWAY_MS);
    }
  });
  return asking;
}

/** Starts watching; a page that nobody sees asks nothing. */
export function watchConnection(): void {
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "visible") void checkConnection();
    else clearTimeout(timer);
  });
  addEventListener("online", () => void checkConnection());
  addEventListener("offline", noteSilence);
  void checkConnection();
}

/** Some request was answered. */
export function noteAnswer(): void {
  if (connection.get().state === "away") void checkConnection();
}

/** Some request was not answered. */
export function noteSilence(): void {
  if (connection.get().state === "up") void checkConnection();
}

async function ask(): Promise<void> {
  try {
    const signal = AbortSignal.timeout(8_000);
    const response = await fetch(new URL("health", document.baseURI), { signal, cache: "no-store" });
    const body = (await response.json()) as { status?: string; model_loaded?: boolean };
    if (!response.ok || body.status !== "ok") throw new Error("not healthy");
    const modelLoaded = body.model_loaded === true;
    connection.set((now) => {
      if (now.state === "up" && now.modelLoaded === modelLoaded) return now;
      return { state: "up", modelLoaded, arrivals: now.state === "up" ? now.arrivals : now.arrivals + 1 };
    });
  } catch {
    connection.set((now) => (now.state === "away" ? now : { ...now, state: "away" }));
  }
}
