/** The part of the seam to the addon (../types.ts) that generates: what is asked for, what comes back, and what rows are held to. */

export interface SamplingSpec {
  maxNewTokens: number;
  /** 0 is greedy. */
  temperature: number;
  /** Nucleus mass in (0, 1]; 1 turns it off. */
  topP: number;
  /** HuggingFace's repetition penalty over prompt and output; 1 turns it off. */
  repetitionPenalty: number;
  /** Row i draws from a stream of its own, made of the seed and i: n rows of one prompt are n independent samples. */
  seed: number;
  /** Generation of a row ends when one of these is produced (it is kept in `tokens`). */
  stopIds: Int32Array;
  /** Rows of this call that go token by token together, default 64; one that ends makes room for the next. */
  maxRows?: number;
  /** Kept prefixes are shared only among calls of one key; default "". */
  cacheKey?: string;
  /**
   * What each row may say, [rows]; null admits everything. A greedy row takes the likeliest token that is admitted, a
   * sampled one draws from the admitted ones alone. A row that nothing is admitted to go on with ends as "length".
   */
  constraints?: (NativeAutomaton | null)[];
}

/** A row's new token; `finish` is null while the row goes on. Rows of one pass come in their order. */
export type OnToken = (row: number, token: number, probability: number, finish: "stop" | "length" | null) => void;

export interface GeneratedRow {
  /** New tokens, a produced stop id included. */
  tokens: Int32Array;
  /** Probability of each token under the model's own softmax (temperature 1, no penalty), [tokens]. */
  probabilities: Float32Array;
  /** "length" also where a constraint admitted no further token: the answer is cut off either way. */
  finishReason: "stop" | "length" | "abort";
  /** Tokens of the row's prompt that were not computed for it, since they were kept from, or shared with, another row. */
  cachedTokens: number;
}

/** Prefixes of prompts that are kept for later calls: none where the processor has none of this project's kernels. */
export interface PrefixCacheState {
  /** Keys and values held; what prefixes share is held once. */
  bytes: number;
  limitBytes: number;
  entries: number;
  /** Groups of prompts that found at least a part of their prefix, and those that did not, since the model was loaded. */
  hits: number;
  misses: number;
}

/** The bytes of a tokenizer's tokens as a trie; made by createTokenVocabulary. */
export interface NativeVocabulary {
  readonly size: number;
}

/** A language over tokens that rows can be held to; made by createAutomaton. */
export interface NativeAutomaton {
  readonly bytes: number;
  /** What a row is held to, without a model. */
  begin(): NativeConstraint;
}

/** One text on its way through an automaton. */
export interface NativeConstraint {
  admits(token: number): boolean;
  /** One bit a token, [ceil(vocabulary / 32)]. */
  mask(): Uint32Array;
  /** Throws where the token is not admitted. */
  accept(token: number): void;
}
