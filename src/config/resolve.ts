import { crossProblems } from "./cross-checks.js";
import { sectionOf, topSections } from "./expectation.js";
import { getPath, hasPath, isMapping, removePath, type Sections, setPath } from "./key-path.js";
import type { Override } from "./overrides.js";
import { configError, type Problem } from "./problem.js";
import { type Config, type ConfigInput, configSchema } from "./schema.js";
import { illTypedText, notASectionText, unknownKeyText, unknownSectionText } from "./shape-problems.js";

/** Where a key stands, for messages: `section`, or `section` and `key`. */
export type Locate = (path: readonly string[]) => Pick<Problem, "line" | "from">;

/**
 * A whole config from a part of one: every key that is left out takes its default.
 *
 * @throws SqltuneError that names every unknown or ill-typed key, and every two keys that do not agree.
 */
export function resolveConfig(input: ConfigInput): Config {
  const { config, problems } = checkConfig(input, [], () => ({ line: null }));
  if (problems.length > 0) throw configError("config", problems);
  return config;
}

/** All problems of a config and, where some keys are wrong, what the rest of it gives. */
export function checkConfig(
  value: unknown,
  overrides: readonly Override[],
  locate: Locate,
): { config: Config; problems: Problem[] } {
  const problems: Problem[] = [];
  const origin = new Map(overrides.map((o) => [o.key, o.from]));
  /** A flag may have set the key itself, or the group that it is in. */
  const flagOf = (path: readonly string[]): string | undefined => {
    const lengths = path.map((_, i) => path.length - i);
    return lengths.map((length) => origin.get(path.slice(0, length).join("."))).find((from) => from !== undefined);
  };
  const at = (...path: string[]) => {
    const from = flagOf(path);
    return from === undefined ? locate(path) : { line: null, from };
  };
  const sections = knownSections(value, problems, at);
  for (const { key, value: set } of overrides) setPath(sections, key.split("."), set);
  const wrong = new Set<string>();
  for (const issue of configSchema.safeParse(sections).error?.issues ?? []) {
    const path = issue.path.map(String);
    if (issue.code === "unrecognized_keys") {
      for (const unknown of issue.keys) {
        problems.push({ ...at(...path, unknown), text: unknownKeyText(path.join("."), unknown) });
        removePath(sections, [...path, unknown]);
      }
      continue;
    }
    const key = keyOf(path);
    if (wrong.has(key.join("."))) continue;
    wrong.add(key.join("."));
    problems.push({ ...at(...key), text: illTypedText(key, getPath(sections, key)) });
  }
  for (const key of wrong) removePath(sections, key.split("."));
  const config = configSchema.parse(sections);
  for (const { keys, text } of crossProblems(config)) {
    if (keys.some((key) => wrong.has(key))) continue;
    const named = keys.find((key) => flagOf(key.split(".")) !== undefined || hasPath(sections, key.split(".")));
    problems.push({ ...at(...(named ?? keys[0]!).split(".")), text });
  }
  return { config, problems };
}

/** The key that an issue is about: an element of a list is its list's, a group that is no section is a key. */
function keyOf(path: readonly string[]): string[] {
  const { section, rest } = sectionOf(path);
  return rest.length === 0 ? [...path] : [...section.split("."), rest[0]!];
}

/** The sections that can be checked key by key; what is no section is told and left out. */
function knownSections(value: unknown, problems: Problem[], at: (...path: string[]) => Pick<Problem, "line" | "from">) {
  const sections: Sections = {};
  const top = topSections();
  if (!isMapping(value)) {
    problems.push({ line: null, text: `no sections at the top level, expected some of ${top.join(", ")}.` });
    return sections;
  }
  for (const [name, section] of Object.entries(value)) {
    if (!top.includes(name)) problems.push({ ...at(name), text: unknownSectionText(name) });
    else if (isMapping(section)) sections[name] = { ...section };
    // `lora:` with every key below it commented out is null in YAML, and means the defaults; so does undefined in code.
    else if (section !== null && section !== undefined) {
      problems.push({ ...at(name), text: notASectionText(name, section) });
    }
  }
  return sections;
}
