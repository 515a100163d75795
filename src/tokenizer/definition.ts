/** A node of tokenizer.json (a normalizer, pre-tokenizer, decoder, ...): a `type` and that type's own keys. */
export interface TokenizerNode {
  type: string;
  [key: string]: unknown;
}

export interface AddedTokenJson {
  id: number;
  content: string;
  special: boolean;
  /** Looked for in the normalised text instead of the text as written. */
  normalized: boolean;
  /** Swallows the white space before, or after, itself. */
  lstrip: boolean;
  rstrip: boolean;
  single_word: boolean;
}

/** HuggingFace's tokenizer.json, as far as it is read here. */
export interface TokenizerJson {
  added_tokens: AddedTokenJson[];
  normalizer: TokenizerNode | null;
  pre_tokenizer: TokenizerNode | null;
  post_processor: TokenizerNode | null;
  decoder: TokenizerNode | null;
  /** BPE: `vocab` by piece, `merges` as "a b" or ["a", "b"]. Unigram: `vocab` is a list of [piece, score]. */
  model: TokenizerNode & { vocab: Record<string, number> | [string, number][]; merges?: (string | [string, string])[] };
}

/** Everything that defines a tokenizer, wherever it was read from: a HuggingFace folder or a GGUF file. */
export interface TokenizerDefinition {
  json: TokenizerJson;
  bosToken: string | null;
  eosToken: string | null;
  padToken: string | null;
  addsBos: boolean;
  /** Ids said to end a generation besides `eosToken` (generation_config.json, a GGUF's end-of-turn id). */
  eosIds: number[];
  chatTemplate: string | null;
}

/** A TokenizerNode of this type anywhere in `node`, itself and the members of sequences included. */
export function findNode(node: TokenizerNode | null, type: string): TokenizerNode | undefined {
  if (node === null) return undefined;
  if (node.type === type) return node;
  return membersOf(node)
    .map((member) => findNode(member, type))
    .find((found) => found !== undefined);
}

/** Rebuilds a node from its leaves; a leaf that becomes null is dropped from its sequence. */
export function mapNodes(
  node: TokenizerNode | null,
  change: (leaf: TokenizerNode) => TokenizerNode | null,
): TokenizerNode | null {
  if (node === null) return null;
  if (node.type !== "Sequence") return change(node);
  const members = membersOf(node).flatMap((member) => mapNodes(member, change) ?? []);
  const key = SEQUENCE_KEYS.find((name) => Array.isArray(node[name]));
  return key === undefined ? node : { ...node, [key]: members };
}

const SEQUENCE_KEYS = ["normalizers", "pretokenizers", "decoders", "processors"];

function membersOf(node: TokenizerNode): TokenizerNode[] {
  if (node.type !== "Sequence") return [];
  const key = SEQUENCE_KEYS.find((name) => Array.isArray(node[name]));
  return key === undefined ? [] : (node[key] as TokenizerNode[]);
}
