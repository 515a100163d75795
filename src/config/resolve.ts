import { crossProblems } from "./cross-checks.js";
import { configKeys } from "./expectation.js";
import type { Override } from "./overrides.js";
import { configError, type Problem } from "./problem.js";
import { type Config, type ConfigInput, configSchema } from "./schema.js";
import { illTypedText, notASectionText, unknownKeyText, unknownSectionText } from "./shape-problems.js";

type Sections = Record<string, Record<string, unknown>>;

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
  const at = (...path: string[]) => {
    const from = origin.get(path.join("."));
    return from === undefined ? locate(path) : { line: null, from };
  };
  const sections = knownSections(value, problems, at);
  for (const { key, value: set } of overrides) {
    const [section, name] = key.split(".") as [string, string];
    sections[section] = { ...sections[section], [name]: set };
  }
  const wrong = new Set<string>();
  for (const issue of configSchema.safeParse(sections).error?.issues ?? []) {
    const [section, name] = issue.path.map(String);
    const keys = configKeys().get(section!)!;
    if (issue.code === "unrecognized_keys") {
      for (const unknown of issue.keys) {
        problems.push({ ...at(section!, unknown), text: unknownKeyText(section!, unknown) });
        delete sections[section!]![unknown];
      }
    } else if (!wrong.has(`${section}.${name}`)) {
      wrong.add(`${section}.${name}`);
      problems.push({ ...at(section!, name!), text: illTypedText(keys.get(name!)!, sections[section!]![name!]) });
    }
  }
  for (const key of wrong) {
    const [section, name] = key.split(".") as [string, string];
    delete sections[section]![name];
  }
  const config = configSchema.parse(sections);
  for (const { keys, text } of crossProblems(config)) {
    if (keys.some((key) => wrong.has(key))) continue;
    const named = keys.find((key) => origin.has(key) || key.split(".")[1]! in (sections[key.split(".")[0]!] ?? {}));
    problems.push({ ...at(...(named ?? keys[0]!).split(".")), text });
  }
  return { config, problems };
}

/** The sections that can be checked key by key; what is no section is told and left out. */
function knownSections(value: unknown, problems: Problem[], at: (...path: string[]) => Pick<Problem, "line" | "from">) {
  const sections: Sections = {};
  if (!isMapping(value)) {
    const names = [...configKeys().keys()].join(", ");
    problems.push({ line: null, text: `no sections at the top level, expected some of ${names}.` });
    return sections;
  }
  for (const [name, section] of Object.entries(value)) {
    if (!configKeys().has(name)) problems.push({ ...at(name), text: unknownSectionText(name) });
    else if (isMapping(section)) sections[name] = { ...section };
    // `lora:` with every key below it commented out is null in YAML, and means the defaults; so does undefined in code.
    else if (section !== null && section !== undefined) {
      problems.push({ ...at(name), text: notASectionText(name, section) });
    }
  }
  return sections;
}

function isMapping(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
