/**
 * The few members of the browser's objects that the page uses. TypeScript's own DOM library would put its hundreds of
 * globals (`name`, `event`, `status`, …) in reach of every file of sqltune, so that a slip of the pen would type-check.
 */
export interface PageElement {
  textContent: string | null;
  value: string;
  hidden: boolean;
  inert: boolean;
  open: boolean;
  scrollTop: number;
  readonly tagName: string;
  readonly dataset: Record<string, string | undefined>;
  readonly style: { setProperty(name: string, value: string): void };
  readonly classList: { toggle(name: string, on: boolean): void };
  append(...children: (PageElement | string)[]): void;
  replaceChildren(...children: (PageElement | string)[]): void;
  setAttribute(name: string, value: string): void;
  removeAttribute(name: string): void;
  addEventListener(type: string, listener: (event: PageEvent) => void): void;
  querySelector(selector: string): PageElement | null;
  contains(other: PageElement | null): boolean;
  focus(options?: { preventScroll?: boolean }): void;
  blur(): void;
  select(): void;
  remove(): void;
  scrollIntoView(options: { block: "nearest" | "start" }): void;
  getBoundingClientRect(): { top: number; height: number };
}

export interface PageEvent {
  readonly key: string;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly altKey: boolean;
  readonly target: PageElement | null;
  preventDefault(): void;
}

interface MediaQuery {
  readonly matches: boolean;
  addEventListener(type: "change", listener: () => void): void;
}

interface Browser {
  readonly document: {
    readonly documentElement: PageElement;
    readonly body: PageElement;
    readonly activeElement: PageElement | null;
    getElementById(id: string): PageElement | null;
    createElement(tag: string): PageElement;
    createElementNS(namespace: string, tag: string): PageElement;
    addEventListener(type: string, listener: (event: PageEvent) => void): void;
  };
  readonly location: { readonly hash: string; readonly pathname: string; readonly search: string };
  readonly history: { replaceState(state: null, unused: "", url: string): void };
  readonly navigator: { readonly clipboard?: { writeText(text: string): Promise<void> } };
  readonly localStorage: { getItem(key: string): string | null; setItem(key: string, value: string): void };
  readonly IntersectionObserver: new (
    seen: (entries: { readonly isIntersecting: boolean }[]) => void,
    options: { rootMargin: string },
  ) => { observe(element: PageElement): void };
  readonly innerHeight: number;
  readonly ResizeObserver: new (resized: () => void) => { observe(element: PageElement): void };
  matchMedia(query: string): MediaQuery;
  addEventListener(type: string, listener: () => void): void;
}

export const browser = globalThis as unknown as Browser;

type Attribute = string | number | boolean | null | undefined | ((event: PageEvent) => void);
export type Child = PageElement | string | null | undefined | false;

/**
 * An element. Attributes that are functions listen to the event of that name, false and null leave the attribute out.
 * Children that are strings become text, so nothing that a report holds is ever read as markup.
 */
export function h(tag: string, attributes: Record<string, Attribute> = {}, ...children: readonly Child[]): PageElement {
  return fill(browser.document.createElement(tag), attributes, children);
}

/** The same for a part of an SVG. */
export function svg(tag: string, attributes: Record<string, Attribute>, ...children: readonly Child[]): PageElement {
  return fill(browser.document.createElementNS("http://www.w3.org/2000/svg", tag), attributes, children);
}

function fill(element: PageElement, attributes: Record<string, Attribute>, children: readonly Child[]): PageElement {
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") element.addEventListener(name, value);
    else if (value === true) element.setAttribute(name, "");
    else if (value !== false && value !== null && value !== undefined) element.setAttribute(name, String(value));
  }
  for (const child of children) if (child) element.append(child);
  return element;
}
