import { parseDocument } from "yaml";
import { configKeys } from "./expectation.js";
import { nearestName } from "./nearest.js";
import type { Problem } from "./problem.js";
import { unknownKeyText, unknownSectionText } from "./shape-problems.js";

/** A value that goes before the file's. */
export interface Override {
  /** `section.key`. */
  key: string;
  value: unknown;
  /** What error messages call it, such as "--lr". */
  from: string;
}

/** Reads `--set a.b=c`; c is YAML, so that numbers, lists and null are what they look like. */
export function parseSet(text: string): Override | Problem {
  const from = `--set ${text}`;
  const equals = text.indexOf("=");
  if (equals <= 0)
    return { line: null, from, text: "expected section.key=value, such as --set training.num_epochs=1." };
  const key = text.slice(0, equals).trim();
  const [section = "", name, ...rest] = key.split(".");
  const keys = configKeys().get(section);
  if (!keys) {
    const home = nearestName(section, configKeys().keys());
    if (home && name !== undefined && configKeys().get(home)?.has(name)) {
      return {
        line: null,
        from,
        text: `${section} is no section. Write --set ${home}.${name}=${text.slice(equals + 1)}.`,
      };
    }
    return { line: null, from, text: setWords(unknownSectionText(section), section, text.slice(equals + 1)) };
  }
  if (name === undefined) {
    return {
      line: null,
      from,
      text: `${section} is a section. Name a key of it, such as --set ${section}.${first(keys)}=...`,
    };
  }
  if (rest.length > 0 || !keys.has(name)) {
    return { line: null, from, text: unknownKeyText(section, [name, ...rest].join(".")) };
  }
  return { key, value: yamlValue(text.slice(equals + 1)), from };
}

/** A lone key (`lr=1`) cannot be "written under" anything on a command line. */
function setWords(text: string, name: string, value: string): string {
  return text.replace(/ Write it under (\w+):\.$/, (_, home) => ` Write --set ${home}.${name}=${value}.`);
}

function first(keys: ReadonlyMap<string, unknown>): string {
  return keys.keys().next().value!;
}

/** A flag's text as YAML reads it; text that YAML cannot read, or takes for a section, stays text. */
export function yamlValue(text: string): unknown {
  const document = parseDocument(text, { prettyErrors: false });
  if (document.errors.length > 0) return text;
  const value: unknown = document.toJS();
  // "Answer: in SQL" is a sentence, not a section.
  return typeof value === "object" && value !== null && !Array.isArray(value) ? text : value;
}
