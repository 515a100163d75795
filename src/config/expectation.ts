import { z } from "zod";
import { configSchema } from "./schema.js";

/** A key as its JSON schema tells it; the reference in docs and the error texts are both made from this. */
export interface KeyFacts {
  section: string;
  name: string;
  /** In words: "a whole number of at least 1, or null". */
  expected: string;
  default: unknown;
  doc: string;
  /** Advice for a value of the wrong type. */
  fix: string | null;
  choices: readonly string[];
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

/** Facts of every key, by section and name. */
export function configKeys(): ReadonlyMap<string, ReadonlyMap<string, KeyFacts>> {
  if (cached) return cached;
  const root = z.toJSONSchema(configSchema, { io: "input" }) as JsonSchema;
  const sections = new Map<string, Map<string, KeyFacts>>();
  for (const [section, schema] of Object.entries(root.properties!)) {
    const keys = new Map<string, KeyFacts>();
    for (const [name, type] of Object.entries(schema.properties!)) {
      keys.set(name, {
        section,
        name,
        expected: inWords(type),
        default: type.default,
        doc: type.description!,
        fix: type.fix ?? null,
        choices: (type.anyOf ?? [type]).flatMap(choicesOf),
        accepts: new Set((type.anyOf ?? [type]).map((part) => part.type!)),
      });
    }
    sections.set(section, keys);
  }
  cached = sections;
  return sections;
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
      return "a list of names";
    default:
      return `${schema.type === "integer" ? "a whole number" : "a number"}${bounds(schema)}`;
  }
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
