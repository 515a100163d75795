import type { TokenBytes } from "./token-bytes.js";

export interface EncodeOptions {
  /**
   * Ids that stand before this text in the same sequence. Tokenizers of SentencePiece's kind (Llama 2, Mistral) put a
   * dummy space before a text; one that goes on from another gets none, so that a prompt tokenised by segments has the
   * ids of the whole. Default: none, the text opens a sequence.
   */
  after?: Int32Array;
}

export interface Tokenizer {
  /** Ids of the text alone: no BOS/EOS is added; control tokens written in the text are recognised. */
  encode(text: string, options?: EncodeOptions): Int32Array;
  decode(ids: ArrayLike<number>, options?: { skipSpecialTokens?: boolean }): string;
  /** What bytes each id stands for. Made anew at each call, in a tenth of a second. */
  tokenBytes(): TokenBytes;
  readonly vocabSize: number;
  readonly bosToken: string | null;
  readonly eosToken: string | null;
  readonly bosId: number | null;
  readonly eosId: number | null;
  readonly padId: number | null;
  /** Ids that end an answer: EOS, the chat template's turn end, generation_config's list. */
  readonly stopIds: readonly number[];
  /** Jinja source; null when the model has none. */
  readonly chatTemplate: string | null;
  /** Whether the tokenizer itself puts BOS before a sequence (Llama 2: yes), for prompts that no template opens. */
  readonly addsBos: boolean;
  /** sha256 of what defines it, written to sqltune.json. */
  readonly hash: string;
}
