import { parseDocument } from "yaml";
import { configKeys, sectionOf, topSections } from "./expectation.js";
import { nearestName } from "./nearest.js";
import type { Problem } from "./problem.js";
import { unknownKeyText, unknownSectionText } from "./shape-problems.js";

/** A value that goes before the file's. */
export interface Override {
  /** `section.key`, or `section.group.key`. */
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
  const value = text.slice(equals + 1);
  const [top = "", second] = key.split(".");
  if (!topSections().includes(top)) {
    const home = nearestName(top, topSections());
    if (home && second !== undefined && configKeys().get(home)?.has(second)) {
      const rest = key.slice(top.length);
      return { line: null, from, text: `${top} is no section. Write --set ${home}${rest}=${value}.` };
    }
    return { line: null, from, text: setWords(unknownSectionText(top), top, value) };
  }
  if (second === undefined) {
    const first = configKeys().get(top)!.keys().next().value;
    return { line: null, from, text: `${top} is a section. Name a key of it, such as --set ${top}.${first}=...` };
  }
  const { section, rest } = sectionOf(key.split("."));
  // The name of a group is a key as well: it is set to null, or to all of its keys.
  if (rest.length === 0) return { key, value: groupValue(value), from };
  const name = rest.join(".");
  if (!configKeys().get(section)!.has(name)) return { line: null, from, text: unknownKeyText(section, name) };
  return { key, value: yamlValue(value), from };
}

/** A lone key (`lr=1`) cannot be "written under" anything on a command line. */
function setWords(text: string, name: string, value: string): string {
  return text.replace(/ Write it under ([\w.]+):\.$/, (_, home) => ` Write --set ${home}.${name}=${value}.`);
}

/** `{samples: 8}` as YAML reads it. */
function groupValue(text: string): unknown {
  const document = parseDocument(text, { prettyErrors: false });
  return document.errors.length > 0 ? text : document.toJS();
}

/** A flag's text as YAML reads it; text that YAML cannot read, or takes for a section, stays text. */
export function yamlValue(text: string): unknown {
  const document = parseDocument(text, { prettyErrors: false });
  if (document.errors.length > 0) return text;
  const value: unknown = document.toJS();
  // "Answer: in SQL" is a sentence, not a section.
  return typeof value === "object" && value !== null && !Array.isArray(value) ? text : value;
}
