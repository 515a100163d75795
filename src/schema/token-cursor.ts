import { SqltuneError } from "../errors.js";
import { unquoteIdentifier } from "../sql/identifiers.js";
import type { Token } from "../sql/lexer.js";
import type { Dialect } from "./types.js";

/** Reads a statement's tokens from left to right; errors name the line in the whole text. */
export class TokenCursor {
  private at = 0;
  constructor(
    private readonly tokens: readonly Token[],
    private readonly text: string,
    readonly dialect: Dialect,
  ) {}

  get done(): boolean {
    return this.at >= this.tokens.length;
  }

  /** The bare word at `offset` from here in upper case; "" for a quoted name, a literal or the end. */
  word(offset = 0): string {
    const token = this.tokens[this.at + offset];
    return token !== undefined && (token.kind === "keyword" || token.kind === "identifier")
      ? token.text.toUpperCase()
      : "";
  }

  peek(offset = 0): Token | undefined {
    return this.tokens[this.at + offset];
  }

  next(): Token {
    const token = this.tokens[this.at++];
    if (token === undefined) throw this.error("the statement ends too early");
    return token;
  }

  /** Takes the words if all of them come next. */
  accept(...words: string[]): boolean {
    if (!words.every((word, i) => this.word(i) === word)) return false;
    this.at += words.length;
    return true;
  }

  acceptPunctuation(text: string): boolean {
    if (this.peek()?.text !== text) return false;
    this.at++;
    return true;
  }

  /** A name in any of the quotings; a bare one is folded to lower case in PostgreSQL, as PostgreSQL does. */
  name(): string {
    const token = this.next();
    if (token.kind === "quoted_identifier" || token.kind === "string") return unquoteIdentifier(token.text);
    if (token.kind === "identifier" || token.kind === "keyword") {
      return this.dialect === "postgresql" ? token.text.toLowerCase() : token.text;
    }
    this.at--;
    throw this.error(`a name was expected, found ${token.text}`);
  }

  /** schema.table or db.schema.table: the last part, since one database is described. */
  qualifiedName(): string {
    let name = this.name();
    while (this.acceptPunctuation(".")) name = this.name();
    return name;
  }

  /** Skips a parenthesised group that starts here, if one does. */
  skipParentheses(): boolean {
    if (this.peek()?.text !== "(") return false;
    this.group();
    return true;
  }

  /** The inside of the parentheses that start here as a cursor of its own. */
  group(): TokenCursor {
    const open = this.next();
    if (open.text !== "(") throw this.error(`"(" was expected, found ${open.text}`, open);
    const from = this.at;
    for (let depth = 1; depth > 0; ) {
      const token = this.tokens[this.at++];
      if (token === undefined) throw this.error('this "(" is never closed', open);
      if (token.text === "(") depth++;
      else if (token.text === ")") depth--;
    }
    return new TokenCursor(this.tokens.slice(from, this.at - 1), this.text, this.dialect);
  }

  /** The pieces between the commas that stand outside parentheses. */
  splitAtCommas(): TokenCursor[] {
    const pieces: TokenCursor[] = [];
    let depth = 0;
    let from = this.at;
    const push = (to: number) => {
      if (to > from) pieces.push(new TokenCursor(this.tokens.slice(from, to), this.text, this.dialect));
    };
    for (let i = this.at; i < this.tokens.length; i++) {
      const text = this.tokens[i]!.text;
      if (text === "(") depth++;
      else if (text === ")") depth--;
      else if (text === "," && depth === 0) {
        push(i);
        from = i + 1;
      }
    }
    push(this.tokens.length);
    return pieces;
  }

  /** The text from the start of token `from` to the last one taken, white space collapsed. */
  textSince(from: Token | undefined): string {
    const last = this.tokens[this.at - 1];
    if (from === undefined || last === undefined || last.start < from.start) return "";
    return this.text.slice(from.start, last.end).replace(/\s+/g, " ");
  }

  error(problem: string, at: Token | undefined = this.peek() ?? this.tokens.at(-1)): SqltuneError {
    const line = this.text.slice(0, at?.start ?? 0).split("\n").length;
    const source = this.text.split("\n")[line - 1]?.trim().slice(0, 80) ?? "";
    return new SqltuneError(`Cannot read this schema: line ${line}: ${problem}.\n  ${source}`, { code: "ERR_SCHEMA" });
  }
}
