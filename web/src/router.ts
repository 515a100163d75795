import { useEffect, useState } from "preact/hooks";

export const VIEWS = ["ask", "runs", "results"] as const;
export type View = (typeof VIEWS)[number];

/** What the address names: `#/runs/2026-01-05?compare=a` is { view: "runs", id: "2026-01-05", query: compare=a }. */
export interface Route {
  view: View;
  id: string | null;
  query: URLSearchParams;
}

export function parseRoute(hash: string): Route {
  const [path = "", query = ""] = hash.replace(/^#\/?/, "").split("?", 2);
  const [name = "", ...rest] = path.split("/");
  const view = VIEWS.find((it) => it === name) ?? "ask";
  return { view, id: rest.length > 0 ? decode(rest.join("/")) || null : null, query: new URLSearchParams(query) };
}

export function hrefOf(view: View, id?: string | null, query?: URLSearchParams): string {
  const text = query?.toString();
  return `#/${view}${id ? `/${encodeURIComponent(id)}` : ""}${text ? `?${text}` : ""}`;
}

/** @param replace true leaves no step behind that Back would return to */
export function navigate(href: string, { replace = false } = {}): void {
  if (!replace) {
    location.hash = href;
    return;
  }
  history.replaceState(null, "", href);
  dispatchEvent(new HashChangeEvent("hashchange"));
}

export function useRoute(): Route {
  const [hash, setHash] = useState(location.hash);
  useEffect(() => {
    const follow = () => setHash(location.hash);
    addEventListener("hashchange", follow);
    return () => removeEventListener("hashchange", follow);
  }, []);
  return parseRoute(hash);
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
