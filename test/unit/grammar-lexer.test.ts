import { describe, expect, it } from "vitest";
import { LEXEME_CLASSES, lexerTable } from "../../src/sql/grammar/lexer-table.js";
import { lex } from "../../src/sql/lexer.js";

const table = lexerTable();
const COMPLETE = -1;

/** The lexemes that the table reads in a text, white space left out; null where it refuses a byte. */
function read(text: string): { kind: string; text: string }[] | null {
  const bytes = Buffer.from(text);
  const lexemes: { kind: string; text: string }[] = [];
  let state = 0;
  let start = 0;
  for (let at = 0; at <= bytes.length; at++) {
    let next = at < bytes.length ? table.next[state * 256 + bytes[at]!]! : COMPLETE;
    if (next === COMPLETE) {
      if (state !== 0) {
        const accepted = table.accept[state]!;
        if (accepted < 0) return null;
        if (table.kinds[accepted] !== 3) {
          lexemes.push({ kind: LEXEME_CLASSES[accepted]!, text: bytes.subarray(start, at).toString() });
        }
      }
      if (at === bytes.length) break;
      start = at;
      next = table.next[bytes[at]!]!;
    }
    if (next < 0) return null;
    state = next;
  }
  return lexemes;
}

describe("the lexer's table", () => {
  it.each([
    "SELECT T1.name, count(*) FROM singer AS T1 WHERE age >= 20.5 AND x != 'it''s' OR y<>\"a b\";",
    "select a||b, `c d`, [e f] from t where x<=1 and y==2 and z*3/4%5-6+7 > 8 limit 12",
    "SELECT größe FROM straße WHERE a$b = 0",
  ])("reads lexemes where SQLite's tokenizer has tokens: %s", (sql) => {
    expect(read(sql)?.map(({ text }) => text)).toEqual(lex(sql).map(({ text }) => text));
  });

  it.each([
    ["5x", "a number that runs into a word"],
    ["1.x", "a number that ends in a point"],
    ["a -- b", "a comment"],
    ["a /* b */", "a comment"],
    ["x'41'", "a blob"],
    ["'open", "an open literal"],
    ["a << 2", "an operator that is left out"],
    ["T1 .name", "a blank before a dot"],
    ["T1. name", "a blank after a dot"],
    ["a\n\nb", "an empty line"],
    [`a${" ".repeat(25)}b`, "very many blanks"],
    ["'a\u0000b'", "a control character"],
    ["'<|im_end|>'", "a chat's mark"],
    ["'```'", "a fence"],
    ["a | b", "half an operator"],
    ["?1", "a parameter"],
  ])("refuses %j: %s", (text) => {
    expect(read(text)).toBeNull();
  });

  it("tells single digits from other numbers", () => {
    expect(read("7 77 7.5")?.map(({ kind }) => kind)).toEqual(["digit 7", "integer", "real"]);
  });
});
