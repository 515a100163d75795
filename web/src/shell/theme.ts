import { localStore } from "../state/local-store.js";

export type Theme = "system" | "light" | "dark";

/** What the reader chose; "system" follows the system. */
export const theme = localStore<Theme>(
  "theme",
  "system",
  (value): value is Theme => value === "system" || value === "light" || value === "dark",
);

/** Puts the choice on the document, now and whenever it changes. */
export function applyTheme(): void {
  const apply = (chosen: Theme) => {
    if (chosen === "system") delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = chosen;
  };
  apply(theme.get());
  theme.watch(apply);
}

export function isDark(chosen: Theme): boolean {
  return chosen === "system" ? matchMedia("(prefers-color-scheme: dark)").matches : chosen === "dark";
}
