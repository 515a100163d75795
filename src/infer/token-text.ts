import type { Tokenizer } from "../tokenizer/types.js";

/**
 * Turns a stream of token ids into a stream of text. A character may be spread over several tokens, and some decoders
 * drop the space that opens a text, so each piece is the difference of two decodings that start at the same token.
 */
export class TokenText {
  private readonly ids: number[] = [];
  /** Tokens before this one are no longer needed as context. */
  private start = 0;
  /** Tokens before this one have been given out. */
  private given = 0;

  constructor(private readonly tokenizer: Pick<Tokenizer, "decode">) {}

  /** The text that `id` completes; empty in the middle of a character and for control tokens. */
  push(id: number): string {
    this.ids.push(id);
    const { before, after } = this.decode();
    if (after.length <= before.length || after.endsWith("\uFFFD")) return "";
    this.start = this.given;
    this.given = this.ids.length;
    return after.slice(before.length);
  }

  /** What is left at the end: an incomplete character as U+FFFD. */
  end(): string {
    const { before, after } = this.decode();
    this.given = this.ids.length;
    return after.slice(before.length);
  }

  private decode(): { before: string; after: string } {
    const options = { skipSpecialTokens: true };
    return {
      before: this.tokenizer.decode(this.ids.slice(this.start, this.given), options),
      after: this.tokenizer.decode(this.ids.slice(this.start), options),
    };
  }
}
