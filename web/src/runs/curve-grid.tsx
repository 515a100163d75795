import { useEffect, useMemo, useState } from "preact/hooks";
import { Button } from "../parts/button.js";
import { isDark, theme } from "../shell/theme.js";
import { localStore } from "../state/local-store.js";
import { useStore } from "../state/store.js";
import type { Curve } from "./curve.js";
import { CurveCard } from "./curve-card.js";

interface CurveOptions {
  log: boolean;
  smoothing: number;
}

const options = localStore<CurveOptions>("curves", { log: false, smoothing: 0 }, (value): value is CurveOptions => {
  const { log, smoothing } = (value ?? {}) as Partial<CurveOptions>;
  return typeof log === "boolean" && typeof smoothing === "number" && smoothing >= 0 && smoothing < 1;
});

/** Charts beside each other whose cursors move together, and how they are drawn. */
export function CurveGrid({ curves, group }: { curves: readonly Curve[]; group: string }) {
  const { log, smoothing } = useStore(options);
  const scheme = useScheme();
  const span = useMemo(
    () => Math.max(1, ...curves.flatMap(({ series }) => series.map(({ points }) => points.at(-1)?.[0] ?? 0))),
    [curves],
  );
  return (
    <>
      <div class="curve-options">
        <Button size="small" aria-pressed={log} onClick={() => options.set((now) => ({ ...now, log: !now.log }))}>
          Log scale
        </Button>
        <label class="curve-smoothing">
          <span>Smoothing</span>
          <input
            type="range"
            min="0"
            max="0.98"
            step="0.02"
            value={smoothing}
            onInput={(event) => {
              const { value } = event.currentTarget;
              options.set((now) => ({ ...now, smoothing: Number(value) }));
            }}
          />
          <output>{smoothing.toFixed(2)}</output>
        </label>
        <span class="quiet small curve-hint">Drag to zoom, double-click to see all.</span>
      </div>
      <div class="curve-grid">
        {curves.map((curve, at) => (
          <CurveCard
            key={curve.key}
            {...{ curve, log, smoothing, span, scheme, group }}
            height={at === 0 ? 280 : 190}
          />
        ))}
      </div>
    </>
  );
}

/** "dark" or "light", and another word when it changes. */
function useScheme(): string {
  const chosen = useStore(theme);
  const [, changed] = useState(0);
  useEffect(() => {
    const system = matchMedia("(prefers-color-scheme: dark)");
    const follow = () => changed((n) => n + 1);
    system.addEventListener("change", follow);
    return () => system.removeEventListener("change", follow);
  }, []);
  return isDark(chosen) ? "dark" : "light";
}
