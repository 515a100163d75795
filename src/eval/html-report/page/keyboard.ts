import { browser, type PageElement, type PageEvent } from "./browser.js";

export interface Keys {
  search: PageElement;
  /** To the next (1) or previous (-1) row. */
  move(step: 1 | -1): void;
  /** Closes what is open; false when nothing was. */
  close(): boolean;
  /** Enter in the search field: to the first row found. */
  searched(): void;
  clearSearch(): void;
}

/** "/" searches, j and k go through the rows, Enter opens (as on any button), Esc closes. */
export function listenToKeys(keys: Keys): void {
  browser.document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target === keys.search) searchKey(event, keys);
    else if (event.key === "Escape") keys.close();
    else if (event.target?.tagName !== "SELECT" && event.target?.tagName !== "INPUT") pageKey(event, keys);
  });
}

function searchKey(event: PageEvent, { search, clearSearch, searched }: Keys): void {
  if (event.key === "Escape") {
    event.preventDefault();
    if (search.value === "") search.blur();
    else clearSearch();
  } else if (event.key === "Enter") {
    event.preventDefault();
    searched();
  }
}

function pageKey(event: PageEvent, { search, move }: Keys): void {
  if (event.key === "/") {
    event.preventDefault();
    search.focus();
    search.select();
  } else if (event.key === "j" || event.key === "k") {
    event.preventDefault();
    move(event.key === "j" ? 1 : -1);
  }
}
