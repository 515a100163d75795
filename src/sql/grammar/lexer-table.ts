/** Classes of lexemes; a lexeme's number is its place here. */
const OPERATORS = ["(", ")", ",", ".", ";", "*", "+", "-", "/", "%", "=", "==", "<", "<=", "<>", ">", ">=", "!=", "||"];
export const LEXEME_CLASSES = [
  ...["space", "word", "double-quoted", "quoted", "string", "integer", "real"],
  ...Array.from({ length: 10 }, (_, digit) => `digit ${digit}`),
  ...OPERATORS,
  "end",
] as const;

export const lexemeClass = (name: string): number => {
  const found = LEXEME_CLASSES.indexOf(name);
  if (found === -1) throw new Error(`no lexeme class ${name}`);
  return found;
};

export interface LexerTable {
  next: Int16Array;
  accept: Int32Array;
  /** 0 plain, 1 word, 2 quoted, 3 skipped. */
  kinds: Int32Array;
}

const COMPLETE = -1;
const REFUSE = -2;
/** Blanks in a row. A model that writes nothing else would never come to an end. */
const MOST_BLANKS = 24;

const codes = (text: string): number[] => [...text].map((c) => c.charCodeAt(0));
const range = (from: string, to: string): number[] =>
  Array.from({ length: to.charCodeAt(0) - from.charCodeAt(0) + 1 }, (_, i) => from.charCodeAt(0) + i);
const LETTERS = [...range("a", "z"), ...range("A", "Z"), ...codes("_")];
const DIGITS = range("0", "9");
const HIGH = Array.from({ length: 128 }, (_, i) => 128 + i);
const ALL = Array.from({ length: 256 }, (_, byte) => byte);

class LexerBuilder {
  readonly rows: Int16Array[] = [];
  readonly accepts: number[] = [];

  /** A state that ends its lexeme at every byte, or (no class) that refuses every byte. */
  state(name?: string): number {
    this.rows.push(new Int16Array(256).fill(name === undefined ? REFUSE : COMPLETE));
    this.accepts.push(name === undefined ? -1 : lexemeClass(name));
    return this.rows.length - 1;
  }

  on(state: number, bytes: readonly number[], next: number): void {
    for (const byte of bytes) this.rows[state]![byte] = next;
  }
}

/**
 * SQLite's tokenizer for what an answer may be made of: no comments, no parameters, no blobs. Where SQLite would read two
 * lexemes as one (`5x`, `--`, `x'41'`) the second byte is refused. Literals hold no control characters but tabs, and none of the
 * marks by which an answer is told from the text around it (fences, a chat's control tokens). No blank stands beside a dot:
 * nobody writes so, and models that have lost their way do.
 */
export function lexerTable(): LexerTable {
  const lexer = new LexerBuilder();
  const start = lexer.state();
  addBlanks(lexer, start);
  const word = lexer.state("word");
  lexer.on(start, [...LETTERS, ...HIGH], word);
  lexer.on(word, [...LETTERS, ...DIGITS, ...HIGH, ...codes("$")], word);
  lexer.on(word, codes("'\"`["), REFUSE);
  addLiteral(lexer, start, { class: "string", open: "'", close: "'", doubled: true });
  addLiteral(lexer, start, { class: "double-quoted", open: '"', close: '"', doubled: false });
  addLiteral(lexer, start, { class: "quoted", open: "`", close: "`", doubled: false });
  addLiteral(lexer, start, { class: "quoted", open: "[", close: "]", doubled: false });
  addNumbers(lexer, start);
  addOperators(lexer, start);
  const kinds = LEXEME_CLASSES.map((name) =>
    name === "space" ? 3 : name === "word" ? 1 : name === "double-quoted" || name === "quoted" ? 2 : 0,
  );
  const next = new Int16Array(lexer.rows.length * 256);
  for (const [i, row] of lexer.rows.entries()) next.set(row, i * 256);
  return { next, accept: Int32Array.from(lexer.accepts), kinds: Int32Array.from(kinds) };
}

/** One line break at most: after an empty line prose may begin, for whoever reads the answer. No
 * carriage return, another one to some. */
function addBlanks(lexer: LexerBuilder, start: number): void {
  const runs = Array.from({ length: MOST_BLANKS }, () => [lexer.state("space"), lexer.state("space")] as const);
  const blanks = codes(" \t");
  const newline = codes("\n");
  lexer.on(start, blanks, runs[0]![0]);
  lexer.on(start, newline, runs[0]![1]);
  for (const [i, [before, after]] of runs.entries()) {
    const [nextBefore, nextAfter] = runs[i + 1] ?? [REFUSE, REFUSE];
    lexer.on(before, blanks, nextBefore);
    lexer.on(before, newline, nextAfter);
    lexer.on(after, blanks, nextAfter);
    lexer.on(after, newline, REFUSE);
    lexer.on(before, codes("."), REFUSE);
    lexer.on(after, codes("."), REFUSE);
  }
}

interface Literal {
  class: string;
  open: string;
  close: string;
  /** The closing mark is written twice to stand for itself. */
  doubled: boolean;
}

function addLiteral(lexer: LexerBuilder, start: number, literal: Literal): void {
  const within = lexer.state();
  const end = lexer.state(literal.class);
  const free = ALL.filter((byte) => (byte >= 0x20 || byte === 0x09) && byte !== literal.close.charCodeAt(0));
  lexer.on(start, codes(literal.open), within);
  lexer.on(within, free, within);
  lexer.on(within, codes(literal.close), end);
  if (literal.doubled) lexer.on(end, codes(literal.close), within);
  else if (literal.close !== "]") lexer.on(end, codes(literal.close), REFUSE);
  // What must not follow a mark: "<|", "</s>", "<think>", "[INST]", "``", "~~".
  const marks: [mark: string, refused: string][] = [
    ["<", "|/<seEStT"],
    ["[", "I/"],
    ["`", "`"],
    ["~", "~"],
  ];
  const open = marks.filter(([mark]) => mark !== literal.close && !(literal.open === "[" && mark === "["));
  const states = open.map(() => lexer.state());
  for (const state of [within, ...states]) {
    for (const [i, [mark]] of open.entries()) lexer.on(state, codes(mark), states[i]!);
  }
  for (const [i, [, refused]] of open.entries()) {
    const state = states[i]!;
    lexer.on(state, free, within);
    for (const [k, [other]] of open.entries()) lexer.on(state, codes(other), states[k]!);
    lexer.on(state, codes(literal.close), end);
    lexer.on(state, codes(refused), REFUSE);
  }
}

/** 12 and 1.5. A digit by itself is a class of its own: ORDER BY 2 must not be beyond the columns. */
function addNumbers(lexer: LexerBuilder, start: number): void {
  const digits = DIGITS.map((_, digit) => lexer.state(`digit ${digit}`));
  const integer = lexer.state("integer");
  const point = lexer.state();
  const real = lexer.state("real");
  for (const [i, byte] of DIGITS.entries()) lexer.on(start, [byte], digits[i]!);
  for (const state of [...digits, integer]) {
    lexer.on(state, DIGITS, integer);
    lexer.on(state, [...LETTERS, ...HIGH, ...codes("$")], REFUSE);
    lexer.on(state, codes("."), point);
  }
  lexer.on(point, DIGITS, real);
  lexer.on(real, DIGITS, real);
  lexer.on(real, [...LETTERS, ...HIGH, ...codes("$.")], REFUSE);
}

function addOperators(lexer: LexerBuilder, start: number): void {
  const states = new Map<string, number>();
  for (const operator of OPERATORS) states.set(operator, lexer.state(operator));
  const of = (text: string): number => {
    if (!states.has(text)) states.set(text, lexer.state());
    return states.get(text)!;
  };
  for (const operator of OPERATORS) {
    lexer.on(start, codes(operator[0]!), of(operator[0]!));
    if (operator.length === 2) lexer.on(of(operator[0]!), codes(operator[1]!), of(operator));
  }
  lexer.on(of("."), [...DIGITS, ...codes(" \t\n")], REFUSE);
  lexer.on(of("-"), codes("->"), REFUSE);
  lexer.on(of("/"), codes("*"), REFUSE);
  lexer.on(of("<"), codes("<"), REFUSE);
  lexer.on(of(">"), codes(">"), REFUSE);
}
