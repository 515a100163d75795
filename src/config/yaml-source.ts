import { isMap, isScalar, LineCounter, type Node, parseDocument } from "yaml";
import type { Problem } from "./problem.js";

/** A parsed YAML text that still knows which line each key stands on. */
export interface YamlSource {
  value: unknown;
  /** Line (from 1) of the key a path names, or of the deepest part of the path that is there; null for none. */
  lineOf(path: readonly PropertyKey[]): number | null;
  /** Faults of the text itself. Duplicate keys leave a value that can be checked further; others do not. */
  problems: Problem[];
  broken: boolean;
}

/** What yaml's error codes mean for the writer of a config; other codes keep the parser's own words. */
const explained: Record<string, string> = {
  TAB_AS_INDENT: "a tab is used to indent. YAML wants spaces: replace the tab",
  MULTIPLE_DOCS: "a second document starts here (---). Keep one config a file",
  BAD_ALIAS: "an alias (*name) points nowhere. Put the text in quotes if it should start with *",
};

export function parseYaml(text: string): YamlSource {
  const lines = new LineCounter();
  const document = parseDocument(text.replace(/^\uFEFF/, ""), { lineCounter: lines, prettyErrors: false });
  const problems: Problem[] = [];
  let broken = false;
  for (const error of document.errors) {
    const line = lines.linePos(error.pos[0]).line;
    if (error.code === "DUPLICATE_KEY") continue;
    broken = true;
    problems.push({ line, text: `${explained[error.code] ?? `not YAML: ${lowerFirst(error.message)}`}.` });
  }
  problems.push(...duplicateKeys(document.contents, lines));
  let value: unknown = null;
  if (!broken) {
    try {
      value = document.toJS({ maxAliasCount: 100 });
    } catch (error) {
      broken = true;
      problems.push({ line: null, text: `not YAML that can be read: ${lowerFirst((error as Error).message)}.` });
    }
  }
  return { value, problems, broken, lineOf: (path) => lineOf(document.contents, path, lines) };
}

/** yaml's own error does not say where the key stood first. */
function duplicateKeys(root: unknown, lines: LineCounter, path: string[] = []): Problem[] {
  if (!isMap(root)) return [];
  const problems: Problem[] = [];
  const seen = new Map<string, number>();
  for (const pair of root.items) {
    const name = keyText(pair.key);
    const line = lineOfNode(pair.key, lines);
    const first = seen.get(name);
    if (first === undefined) seen.set(name, line ?? 0);
    else {
      const full = [...path, name].join(".");
      problems.push({ line, text: `${full} is already there on line ${first}. Keep one of the two.` });
    }
    problems.push(...duplicateKeys(pair.value, lines, [...path, name]));
  }
  return problems;
}

function lineOf(root: unknown, path: readonly PropertyKey[], lines: LineCounter): number | null {
  let node = root;
  let line: number | null = null;
  for (const part of path) {
    if (!isMap(node)) break;
    const pair = node.items.find((item) => keyText(item.key) === String(part));
    if (!pair) break;
    line = lineOfNode(pair.key, lines) ?? line;
    node = pair.value;
  }
  return line;
}

function keyText(key: unknown): string {
  return isScalar(key) ? String(key.value) : String(key);
}

function lineOfNode(node: unknown, lines: LineCounter): number | null {
  const range = (node as Node | null)?.range;
  return range ? lines.linePos(range[0]).line : null;
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1).replace(/\.$/, "");
}
