/** One key of a config. */
export interface ConfigEntry {
  /** "training.learning_rate" */
  key: string;
  section: string;
  /** What follows the section. */
  name: string;
  /** The value as JSON writes it; texts without their quotes. */
  text: string;
}

/** A config's keys in their order, groups within sections by their whole name. */
export function flatConfig(config: Record<string, unknown>): ConfigEntry[] {
  return Object.entries(config).flatMap(([section, value]) => entriesOf(value, section, []));
}

function entriesOf(value: unknown, section: string, path: readonly string[]): ConfigEntry[] {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) {
    return Object.entries(value).flatMap(([name, inner]) => entriesOf(inner, section, [...path, name]));
  }
  const name = path.join(".");
  const text = typeof value === "string" ? value : (JSON.stringify(value) ?? "null");
  return [{ key: [section, ...path].join("."), section, name: name || section, text }];
}

/** Keys whose values are not the same in all configs, with each config's value; null where a config lacks the key. */
export function differingKeys(
  configs: readonly Record<string, unknown>[],
): { key: string; values: (string | null)[] }[] {
  const flat = configs.map((config) => new Map(flatConfig(config).map(({ key, text }) => [key, text])));
  const keys = [...new Set(flat.flatMap((entries) => [...entries.keys()]))];
  return keys.flatMap((key) => {
    const values = flat.map((entries) => entries.get(key) ?? null);
    return values.every((value) => value === values[0]) ? [] : [{ key, values }];
  });
}
