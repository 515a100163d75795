import { browser, h, type PageElement } from "./browser.js";

const KEY = "sqltune-report-theme";

/** Switches between light and dark. Until it is pressed, the system's choice holds. */
export function themeButton(): PageElement {
  const dark = browser.matchMedia("(prefers-color-scheme: dark)");
  const root = browser.document.documentElement;
  let chosen = stored();
  const isDark = (): boolean => (chosen === "" ? dark.matches : chosen === "dark");
  const apply = (): void => {
    if (chosen !== "") root.dataset.theme = chosen;
    button.textContent = isDark() ? "Light" : "Dark";
    button.setAttribute("aria-label", isDark() ? "Switch to light colours" : "Switch to dark colours");
  };
  const press = (): void => {
    chosen = isDark() ? "light" : "dark";
    try {
      browser.localStorage.setItem(KEY, chosen);
    } catch {
      // A browser that keeps nothing for local files: the choice holds until the page is closed.
    }
    apply();
  };
  const button = h("button", { type: "button", class: "plain theme", click: press });
  dark.addEventListener("change", apply);
  apply();
  return button;
}

function stored(): "light" | "dark" | "" {
  try {
    const value = browser.localStorage.getItem(KEY);
    return value === "light" || value === "dark" ? value : "";
  } catch {
    return "";
  }
}
