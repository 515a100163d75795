import { useEffect, useState } from "preact/hooks";
import { Button } from "../parts/button.js";
import { useStore } from "../state/store.js";
import { isDark, theme } from "./theme.js";

/** Light or dark, whatever the system says. */
export function ThemeButton() {
  const chosen = useStore(theme);
  const [dark, setDark] = useState(() => isDark(chosen));
  useEffect(() => {
    const look = () => setDark(isDark(chosen));
    look();
    const system = matchMedia("(prefers-color-scheme: dark)");
    system.addEventListener("change", look);
    return () => system.removeEventListener("change", look);
  }, [chosen]);
  const label = `Switch to ${dark ? "light" : "dark"} colours`;
  return (
    <Button
      kind="plain"
      icon={dark ? "sun" : "moon"}
      aria-label={label}
      title={label}
      onClick={() => {
        // What the system says anyway needs no choice, and then follows the system again.
        const next = dark ? "light" : "dark";
        theme.set(isDark("system") === (next === "dark") ? "system" : next);
      }}
    />
  );
}
