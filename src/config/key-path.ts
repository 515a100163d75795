/** The values of a config as they were written, section by section. */
export type Sections = Record<string, unknown>;

/** What stands at a path; undefined where the path ends before. */
export function getPath(sections: Sections, path: readonly string[]): unknown {
  return path.reduce<unknown>((value, name) => (isMapping(value) ? value[name] : undefined), sections);
}

/** Whether a value was written at the path itself. */
export function hasPath(sections: Sections, path: readonly string[]): boolean {
  const parent = getPath(sections, path.slice(0, -1));
  return isMapping(parent) && path.at(-1)! in parent;
}

/** Puts a value at a path, making the groups on the way. What it changes it copies: the groups are the caller's. */
export function setPath(sections: Sections, path: readonly string[], value: unknown): void {
  const [name, ...rest] = path as [string, ...string[]];
  if (rest.length === 0) {
    sections[name] = value;
    return;
  }
  const inner = isMapping(sections[name]) ? { ...sections[name] } : {};
  sections[name] = inner;
  setPath(inner, rest, value);
}

/** Takes the value at a path away, as if it had not been written; copies what it changes, as setPath. */
export function removePath(sections: Sections, path: readonly string[]): void {
  const parent = getPath(sections, path.slice(0, -1));
  if (!isMapping(parent)) return;
  const { [path.at(-1)!]: _, ...rest } = parent;
  setPath(sections, path.slice(0, -1), rest);
}

export function isMapping(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
