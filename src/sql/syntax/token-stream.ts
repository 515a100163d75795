import { unquoteIdentifier } from "../identifiers.js";
import { lex, type Token } from "../lexer.js";
import { SqlSyntaxError, unexpectedToken } from "./syntax-error.js";
import type { Expression, Name, Range, SelectStatement } from "./types.js";

const words = (text: string): ReadonlySet<string> => new Set(text.split(/\s+/));

/** Keywords that are never names: those that SQLite's grammar (parse.y) gives no %fallback to ID. */
const RESERVED = words(
  `ADD ALL ALTER AND AS AUTOINCREMENT BETWEEN CASE CHECK COLLATE COMMIT CONSTRAINT CREATE DEFAULT DEFERRABLE DELETE
  DISTINCT DROP ELSE ESCAPE EXCEPT EXISTS FOREIGN FROM GROUP HAVING IN INDEX INSERT INTERSECT INTO IS ISNULL JOIN LIMIT
  NOT NOTHING NOTNULL NULL ON OR ORDER PRIMARY REFERENCES RETURNING SELECT SET TABLE THEN TO TRANSACTION UNION UNIQUE
  UPDATE USING VALUES WHEN WHERE`,
);
/** Keywords that are names of tables, columns and functions, but no alias without AS. */
const JOIN_WORDS = words("CROSS FULL INNER LEFT NATURAL OUTER RIGHT");

/** Deeper nesting than this is refused; SQLite refuses an expression of more than 1000 levels. */
const MAX_DEPTH = 1000;

/** The two rules that the others lead back to; whoever makes the stream gives them, so that no file imports in a circle. */
interface Rules {
  query: (s: TokenStream) => SelectStatement;
  expression: (s: TokenStream, minimum?: number, stopAtAnd?: boolean) => Expression;
}

/** What a token is to the grammar: a keyword acts as one where it can and is a name elsewhere. */
type Role = "id" | "join" | "indexed" | "string" | "other";

/** The tokens of one query and the place in them, with SQLite's rules of what can be a name. */
export class TokenStream {
  private readonly tokens: Token[];
  private readonly roles: Role[];
  private readonly keywords: string[];
  private readonly end: number;
  private at = 0;
  private depth = 0;
  /** Levels below each node, so that a long chain a + b + c .. counts as the deep tree that it is. */
  private readonly heights = new WeakMap<object, number>();

  constructor(
    sql: string,
    private readonly rules: Rules,
  ) {
    this.tokens = lex(sql).filter((token) => token.kind !== "comment");
    this.end = sql.length;
    this.keywords = this.tokens.map((token) => (token.kind === "keyword" ? token.text.toUpperCase() : ""));
    this.roles = this.tokens.map((token, i) => {
      if (token.kind === "identifier" || token.kind === "quoted_identifier") return "id";
      if (token.kind === "string") return "string";
      if (token.kind !== "keyword") return "other";
      const word = this.keywords[i]!;
      if (RESERVED.has(word)) return "other";
      if (JOIN_WORDS.has(word)) return "join";
      return word === "INDEXED" ? "indexed" : "id";
    });
    for (const [i, word] of this.keywords.entries()) {
      if (word !== "OVER" && word !== "FILTER" && word !== "WINDOW") continue;
      if (this.actsAsWindowWord(i)) this.roles[i] = "other";
      else this.keywords[i] = "";
    }
  }

  /** SQLite's tokenizer decides by the neighbours whether these three are keywords (tokenize.c, analyze*Keyword). */
  private actsAsWindowWord(i: number): boolean {
    const next = this.tokens[i + 1]?.text;
    const nameFollows = ["id", "join", "string"].includes(this.roles[i + 1] ?? "");
    if (this.keywords[i] === "WINDOW") return nameFollows && this.keywords[i + 2] === "AS";
    if (this.tokens[i - 1]?.text !== ")") return false;
    return next === "(" || (this.keywords[i] === "OVER" && nameFollows);
  }

  query(): SelectStatement {
    return this.rules.query(this);
  }

  /** @see parseExpression */
  expression(minimum?: number, stopAtAnd?: boolean): Expression {
    return this.rules.expression(this, minimum, stopAtAnd);
  }

  /** Where the next token starts. */
  get start(): number {
    return this.tokens[this.at]?.start ?? this.end;
  }

  /** From `start` to the end of the token before this place. */
  rangeFrom(start: number): Range {
    return { start, end: this.tokens[this.at - 1]?.end ?? start };
  }

  get atEnd(): boolean {
    return this.at >= this.tokens.length;
  }

  token(ahead = 0): Token | undefined {
    return this.tokens[this.at + ahead];
  }

  /** The keyword here in upper case; "" when it is none. */
  word(ahead = 0): string {
    return this.keywords[this.at + ahead] ?? "";
  }

  /** True for an operator or a punctuation mark of this text. */
  isSymbol(text: string, ahead = 0): boolean {
    const token = this.tokens[this.at + ahead];
    return token !== undefined && token.text === text && (token.kind === "operator" || token.kind === "punctuation");
  }

  take(): Token {
    const token = this.tokens[this.at];
    if (token === undefined) this.fail("more");
    this.at++;
    return token;
  }

  takeWord(word: string): boolean {
    if (this.word() !== word) return false;
    this.at++;
    return true;
  }

  takeSymbol(text: string): boolean {
    if (!this.isSymbol(text)) return false;
    this.at++;
    return true;
  }

  expectWord(word: string): void {
    if (!this.takeWord(word)) this.fail(word);
  }

  expectSymbol(text: string): void {
    if (!this.takeSymbol(text)) this.fail(`"${text}"`);
  }

  /** A name that can stand for a value or a function: an identifier, or a keyword without a meaning here. */
  isOperandName(ahead = 0): boolean {
    return ["id", "indexed", "join"].includes(this.roles[this.at + ahead] ?? "");
  }

  /** A name that can stand where only a name can: also 'in single quotes'. */
  isName(ahead = 0): boolean {
    return this.isOperandName(ahead) || this.roles[this.at + ahead] === "string";
  }

  /** A name that can follow an operand without AS. */
  isBareAlias(): boolean {
    return this.roles[this.at] === "id" || this.roles[this.at] === "string";
  }

  takeName(expected: string): Name {
    if (!this.isName()) this.fail(expected);
    const token = this.take();
    const mark = token.kind === "string" || token.kind === "quoted_identifier" ? token.text[0]! : null;
    return {
      name: unquoteIdentifier(token.text),
      quote: mark as Name["quote"],
      range: { start: token.start, end: token.end },
    };
  }

  /** [AS] alias */
  takeAlias(): Name | null {
    if (this.takeWord("AS")) return this.takeName("a name after AS");
    return this.isBareAlias() ? this.takeName("an alias") : null;
  }

  fail(expected: string): never {
    throw unexpectedToken(this.tokens[this.at], this.end, expected);
  }

  /** Called on the way into anything that nests; `leave` on the way out. */
  enter(): void {
    if (++this.depth > MAX_DEPTH) this.failTooDeep();
  }

  leave(): void {
    this.depth--;
  }

  /** Notes that `node` stands over `children`. */
  over<T extends object>(node: T, ...children: (object | null | readonly (object | null)[])[]): T {
    let height = 0;
    for (const group of children) {
      for (const child of Array.isArray(group) ? group : [group]) {
        if (child !== null) height = Math.max(height, this.heights.get(child) ?? 0);
      }
    }
    if (height >= MAX_DEPTH) this.failTooDeep();
    this.heights.set(node, height + 1);
    return node;
  }

  private failTooDeep(): never {
    const expected = `at most ${MAX_DEPTH} levels of nesting`;
    const found = this.tokens[this.at]?.text ?? null;
    throw new SqlSyntaxError(`nested too deeply at ${this.start}: expected ${expected}`, this.start, found, expected);
  }
}
