import type { Model } from "../model/index.js";
import type { Addon, NativeAutomaton, NativeVocabulary } from "../native/types.js";
import type { Schema } from "../schema/types.js";
import { compileGrammar } from "../sql/grammar/index.js";
import type { Tokenizer } from "../tokenizer/types.js";

/**
 * What an answer is held to. "off": nothing. "lex": the syntax of one SQLite query, with any names. "schema": a query that
 * SQLite prepares on a database of the schema, with its tables, columns and scopes.
 */
export type Constrain = "off" | "lex" | "schema";

/** Automata kept for a model; the least recently used goes first. One takes a megabyte or two. */
const KEPT = 64;

interface ModelAutomata {
  vocabulary: NativeVocabulary;
  stopIds: Int32Array;
  /** By schema; the syntax alone under "". Null for a schema with more names than there is room for. */
  kept: Map<string, NativeAutomaton | null>;
}

/** By tokenizer and stop ids: models that share both share their automata. */
const models = new WeakMap<Tokenizer, Map<string, ModelAutomata>>();

/**
 * The automaton that holds the answers of a model, kept for the model and the schema; null where nothing does. Without a
 * schema, and where a schema has more than some 900 different column names, "schema" is "lex".
 *
 * @param stopIds the tokens that may end an answer; default: the tokenizer's.
 */
export function constraintFor(
  model: Pick<Model, "addon" | "tokenizer">,
  schema: Schema | null,
  constrain: Constrain,
  stopIds: readonly number[] = model.tokenizer.stopIds,
): NativeAutomaton | null {
  if (constrain === "off") return null;
  const automata = automataOf(model, stopIds);
  const held = constrain === "schema" && schema !== null && schema.tables.length > 0 ? schema : null;
  return keptAutomaton(model.addon, automata, held) ?? keptAutomaton(model.addon, automata, null);
}

function keptAutomaton(addon: Addon, { vocabulary, stopIds, kept }: ModelAutomata, schema: Schema | null) {
  const key =
    schema === null ? "" : JSON.stringify(schema.tables.map(({ name, columns }) => [name, columns.map((c) => c.name)]));
  let automaton = kept.get(key);
  if (automaton === undefined) {
    const tables = compileGrammar(schema);
    automaton = tables && addon.createAutomaton(vocabulary, tables, stopIds);
  }
  kept.delete(key);
  kept.set(key, automaton);
  if (kept.size > KEPT) kept.delete(kept.keys().next().value!);
  return automaton;
}

function automataOf(
  { addon, tokenizer }: Pick<Model, "addon" | "tokenizer">,
  stopIds: readonly number[],
): ModelAutomata {
  const byStops = models.get(tokenizer) ?? new Map<string, ModelAutomata>();
  models.set(tokenizer, byStops);
  const key = stopIds.join();
  let automata = byStops.get(key);
  if (automata === undefined) {
    const { bytes, offsets } = tokenizer.tokenBytes();
    const vocabulary = addon.createTokenVocabulary(bytes, offsets);
    automata = { vocabulary, stopIds: Int32Array.from(stopIds), kept: new Map() };
    byStops.set(key, automata);
  }
  return automata;
}
