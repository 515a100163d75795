import type { ComponentType } from "preact";
import { useEffect, useState } from "preact/hooks";
import { ErrorBox } from "../parts/error-box.js";
import type { Route } from "../router.js";

type ViewComponent = ComponentType<{ route: Route }>;

/** Draws a view when its code has come; the frame of the page stands meanwhile. */
export function LazyView({ load, route }: { load: () => Promise<ViewComponent>; route: Route }) {
  const [loaded, setLoaded] = useState<{ view?: ViewComponent; error?: unknown }>({});
  const [tries, setTries] = useState(0);
  useEffect(() => {
    let gone = false;
    setLoaded({});
    load().then(
      (view) => gone || setLoaded({ view }),
      (error) => gone || setLoaded({ error }),
    );
    return () => {
      gone = true;
    };
  }, [tries]);
  if (loaded.error) {
    return (
      <div class="page-error">
        <ErrorBox title="This view could not be loaded" error={loaded.error} onRetry={() => setTries((n) => n + 1)} />
      </div>
    );
  }
  const View = loaded.view;
  return View ? <View route={route} /> : <p class="unseen">Loading…</p>;
}
