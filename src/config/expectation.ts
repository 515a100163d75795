import { z } from "zod";
import { configSchema } from "./schema.js";

/** A key as its JSON schema tells it; the reference in docs and the error texts are both made from this. */
export interface KeyFacts {
  /** With the group the key is in: `lora`, `evaluation.generate`. */
  section: string;
  name: string;
  /** In words: "a whole number of at least 1, or null". */
  expected: string;
  default: unknown;
  doc: string;
  /** Advice for a value of the wrong type. */
  fix: string | null;
  choices: readonly string[];
  /** What an element of a list may be; empty where any word may. */
  elements: readonly string[];
  accepts: ReadonlySet<string>;
}

interface JsonSchema {
  type?: string;
  const?: unknown;
  enum?: string[];
  anyOf?: JsonSchema[];
  items?: JsonSchema;
  properties?: Record<string, JsonSchema>;
  minimum?: number;
  maximum?: number;
  exclusiveMinimum?: number;
  exclusiveMaximum?: number;
  minItems?: number;
  default?: unknown;
  description?: string;
  fix?: string;
}

let cached: ReadonlyMap<string, ReadonlyMap<string, KeyFacts>> | null = null;

/** Facts of every key, by section and name. A group of keys is a section of its own, under `section.group`. */
export function configKeys(): ReadonlyMap<string, ReadonlyMap<string, KeyFacts>> {
  if (cached) return cached;
  const root = z.toJSONSchema(configSchema, { io: "input" }) as JsonSchema;
  const sections = new Map<string, Map<string, KeyFacts>>();
  const add = (section: string, properties: Record<string, JsonSchema>): void => {
    const keys = new Map<string, KeyFacts>();
    sections.set(section, keys);
    for (const [name, type] of Object.entries(properties)) {
      const parts = type.anyOf ?? [type];
      keys.set(name, {
        section,
        name,
        expected: inWords(type),
        default: type.default,
        doc: type.description!,
        fix: type.fix ?? null,
        choices: parts.flatMap(choicesOf),
        elements: parts.flatMap((part) => part.items?.enum ?? []),
        accepts: new Set(parts.map((part) => part.type!)),
      });
      for (const part of parts) if (part.properties) add(`${section}.${name}`, part.properties);
    }
  };
  for (const [section, schema] of Object.entries(root.properties!)) add(section, schema.properties!);
  cached = sections;
  return sections;
}

/** Names of the sections that stand at the top of a file. */
export function topSections(): string[] {
  return [...configKeys().keys()].filter((name) => !name.includes("."));
}

/**
 * The innermost section of a path and what is left of the path in it: `evaluation.generate` and `[samples]` of
 * evaluation, generate, samples.
 */
export function sectionOf(path: readonly string[]): { section: string; rest: string[] } {
  let [section = "", ...rest] = path;
  while (rest.length > 0 && configKeys().has(`${section}.${rest[0]}`)) {
    section = `${section}.${rest[0]}`;
    rest = rest.slice(1);
  }
  return { section, rest };
}

function choicesOf(schema: JsonSchema): string[] {
  return schema.enum ?? (typeof schema.const === "string" ? [schema.const] : []);
}

function inWords(schema: JsonSchema): string {
  if (schema.anyOf) return schema.anyOf.map(inWords).join(", or ");
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.enum) {
    const quoted = schema.enum.map((value) => JSON.stringify(value));
    return quoted.length === 1 ? quoted[0]! : `one of ${quoted.join(", ")}`;
  }
  switch (schema.type) {
    case "null":
      return "null";
    case "boolean":
      return "true or false";
    case "string":
      return "text";
    case "array":
      return schema.items?.enum ? `a list of ${quotedList(schema.items.enum)}` : "a list of names";
    case "object":
      return `a section of ${Object.keys(schema.properties!).join(", ")}`;
    default:
      return `${schema.type === "integer" ? "a whole number" : "a number"}${bounds(schema)}`;
  }
}

/** "a", "b" or "c". */
function quotedList(names: readonly string[]): string {
  const quoted = names.map((name) => JSON.stringify(name));
  return quoted.length === 1 ? quoted[0]! : `${quoted.slice(0, -1).join(", ")} or ${quoted.at(-1)}`;
}

function bounds(schema: JsonSchema): string {
  // zod writes the safe integers as bounds of every whole number.
  const safe = (limit: number | undefined) =>
    limit === undefined || Math.abs(limit) === Number.MAX_SAFE_INTEGER ? undefined : limit;
  const { exclusiveMinimum, exclusiveMaximum } = schema;
  const minimum = safe(schema.minimum);
  const maximum = safe(schema.maximum);
  const parts: string[] = [];
  if (minimum !== undefined) parts.push(`of at least ${minimum}`);
  if (exclusiveMinimum !== undefined) parts.push(`above ${exclusiveMinimum}`);
  if (maximum !== undefined) parts.push(`at most ${maximum}`);
  if (exclusiveMaximum !== undefined) parts.push(`below ${exclusiveMaximum}`);
  return parts.length === 0 ? "" : ` ${parts.join(" and ")}`;
}
