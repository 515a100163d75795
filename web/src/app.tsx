import { useEffect, useRef, useState } from "preact/hooks";
import { keyWanted } from "./api/api-key.js";
import { parseRoute, type Route, useRoute, type View } from "./router.js";
import { Header } from "./shell/header.js";
import { KeyDialog } from "./shell/key-dialog.js";
import { LazyView } from "./shell/lazy-view.js";
import { useShortcut } from "./shell/shortcuts.js";
import { ShortcutsDialog } from "./shell/shortcuts-dialog.js";
import { useStore } from "./state/store.js";

const TITLES: Record<View, string> = { ask: "Ask", runs: "Runs", results: "Results" };

/** Each view comes with its own code when it is first looked at. All take the route. */
const VIEWS = {
  ask: () => import("./ask/ask-view.js").then((module) => module.AskView),
  runs: () => import("./runs/runs-view.js").then((module) => module.RunsView),
  results: () => import("./results/results-view.js").then((module) => module.ResultsView),
};

export interface ViewProps {
  route: Route;
}

export function App() {
  const route = useRoute();
  const [helping, setHelping] = useState(false);
  const wanted = useStore(keyWanted);
  const main = useRef<HTMLElement>(null);
  const first = useRef(true);
  useEffect(() => {
    document.title = `${TITLES[route.view]} · sqltune`;
    // Whoever follows a link is taken to what it opened; the first view leaves the focus where the browser has it.
    if (!first.current) main.current?.focus();
    first.current = false;
  }, [route.view]);
  useShortcut("?", "This list", () => setHelping(true));
  useShortcut("g a", "Go to Ask", () => goTo("ask"));
  useShortcut("g r", "Go to Runs", () => goTo("runs"));
  useShortcut("g e", "Go to Results", () => goTo("results"));
  return (
    <>
      <button type="button" class="skip" onClick={() => main.current?.focus()}>
        Skip to content
      </button>
      <Header view={route.view} onHelp={() => setHelping(true)} />
      <main id="main" ref={main} tabIndex={-1} aria-label={TITLES[route.view]}>
        <LazyView key={route.view} load={VIEWS[route.view]} route={route} />
      </main>
      {helping && <ShortcutsDialog onClose={() => setHelping(false)} />}
      {wanted && <KeyDialog why={wanted} />}
    </>
  );
}

function goTo(view: View): void {
  if (parseRoute(location.hash).view !== view) location.hash = `#/${view}`;
}
