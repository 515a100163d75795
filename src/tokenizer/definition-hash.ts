import { createHash } from "node:crypto";
import { alignDefinition } from "./align-definition.js";
import { mapNodes, type TokenizerDefinition, type TokenizerNode } from "./definition.js";

/**
 * sha256 (hex) of what decides a prompt's ids: pieces by id, merges, normalizer, pre-tokenizer, added tokens, BOS, EOS and
 * chat template. A model's GGUF and its HuggingFace folder give the same hash where they mean the same, so what only
 * changes the spelling (offset flags, how merges are written, whether control tokens also stand in the vocabulary) is
 * left out.
 */
export function definitionHash(definition: TokenizerDefinition): string {
  const json = alignDefinition(definition.json);
  const pieces: (string | [string, number] | undefined)[] = [];
  if (Array.isArray(json.model.vocab)) pieces.push(...json.model.vocab);
  else for (const [piece, id] of Object.entries(json.model.vocab)) pieces[id] = piece;
  for (const token of json.added_tokens) pieces[token.id] = token.content;

  const hash = createHash("sha256");
  const add = (name: string, value: unknown) => hash.update(`${name}\0${JSON.stringify(value) ?? "null"}\0`);
  add(
    "pieces",
    Array.from(pieces, (piece) => piece ?? null),
  );
  add(
    "merges",
    (json.model.merges ?? []).map((merge) => (typeof merge === "string" ? merge : merge.join(" "))),
  );
  add("model", [json.model.type, json.model.byte_fallback === true, json.model.ignore_merges === true]);
  add("normalizer", canonicalNode(json.normalizer));
  add("pre_tokenizer", canonicalNode(json.pre_tokenizer));
  const added = json.added_tokens.map((t) => [t.id, t.special, t.normalized, t.lstrip ?? false, t.rstrip ?? false]);
  add(
    "added",
    added.sort((a, b) => Number(a[0]) - Number(b[0])),
  );
  add("template", [definition.bosToken, definition.eosToken, definition.addsBos, definition.chatTemplate]);
  return hash.digest("hex");
}

/** Keys in order, those without effect on the ids left out, nested sequences flattened. */
function canonicalNode(node: TokenizerNode | null): unknown {
  const leaves: unknown[] = [];
  mapNodes(node, (leaf) => {
    const keys = Object.keys(leaf).filter((key) => key !== "trim_offsets" && leaf[key] !== false);
    leaves.push(keys.sort().map((key) => [key, leaf[key]]));
    return leaf;
  });
  return leaves;
}
