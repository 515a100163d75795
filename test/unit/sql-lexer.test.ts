import Database from "better-sqlite3";
import { afterAll, describe, expect, it } from "vitest";
import { RESERVED_WORDS, SQLITE_KEYWORDS } from "../../src/sql/keywords.js";
import { lex } from "../../src/sql/lexer.js";

const sqlite = new Database(":memory:");
afterAll(() => void sqlite.close());

const kinds = (sql: string, dialect?: "sqlite" | "postgresql" | "mysql") =>
  lex(sql, dialect ? { dialect } : {}).map((token) => `${token.kind} ${token.text}`);

describe("lex", () => {
  it("tells the kinds apart", () => {
    expect(kinds(`SELECT a."b c", [d], \`e\`, 'it''s', x'0aFF' -- end`)).toEqual([
      "keyword SELECT",
      "identifier a",
      "punctuation .",
      'quoted_identifier "b c"',
      "punctuation ,",
      "quoted_identifier [d]",
      "punctuation ,",
      "quoted_identifier `e`",
      "punctuation ,",
      "string 'it''s'",
      "punctuation ,",
      "blob x'0aFF'",
      "comment -- end",
    ]);
    expect(kinds("1e5 0x1F 1_000 .5 ?1 :a @b $c a->>'$.x' <> || /* c */ 1_ 3x")).toEqual([
      "number 1e5",
      "number 0x1F",
      "number 1_000",
      "number .5",
      "parameter ?1",
      "parameter :a",
      "parameter @b",
      "parameter $c",
      "identifier a",
      "operator ->>",
      "string '$.x'",
      "operator <>",
      "operator ||",
      "comment /* c */",
      "illegal 1_",
      "illegal 3x",
    ]);
  });

  it("gives offsets that cut the text", () => {
    const sql = "  SELECT 'é😀' , x";
    for (const token of lex(sql)) expect(sql.slice(token.start, token.end)).toBe(token.text);
    expect(lex(sql).map((token) => token.start)).toEqual([2, 9, 15, 17]);
  });

  it("reads the other dialects' literals", () => {
    expect(kinds("'it\\'s' # end", "mysql")).toEqual(["string 'it\\'s'", "comment # end"]);
    expect(kinds("E'a\\'b' $x$ ' $x$ 'a'::text /* /* in */ out */", "postgresql")).toEqual([
      "string E'a\\'b'",
      "string $x$ ' $x$",
      "string 'a'",
      "operator ::",
      "identifier text",
      "comment /* /* in */ out */",
    ]);
  });
});

describe("against SQLite itself", () => {
  /** The first token as SQLite's parser sees it: it quotes the token it stumbles over. */
  function firstTokenOfSqlite(sql: string): { text: string; legal: boolean } | null {
    try {
      sqlite.prepare(sql);
    } catch (error) {
      const { message } = error as Error;
      if (/contains no statements/.test(message)) return null;
      const match = /^(?:unrecognized token: "([\s\S]*)"|near "([\s\S]*)": syntax error)$/.exec(message);
      if (match) return { text: match[1] ?? match[2]!, legal: match[1] === undefined };
      throw new Error(`not foreseen for ${JSON.stringify(sql)}: ${message}`);
    }
    throw new Error(`${JSON.stringify(sql)} is a statement`);
  }

  it("finds the same first token in 10,000 random texts", () => {
    const marks =
      "' \" ` [ ] x' X' 0x 1 9 f e E + - -- /* */ / * . _ a é : :: @ # $ ? ( ) = < > ! | & ~ % ^ \\ { , -> ->> 😀";
    const pieces = [...marks.split(" "), " ", "\n", "\t", "\v", "\f", "\r", "\uFEFF"];
    let state = 1;
    const random = (below: number) => {
      state = (Math.imul(state, 1103515245) + 12345) >>> 0;
      return Math.floor((state / 2 ** 32) * below);
    };
    const different: unknown[] = [];
    for (let i = 0; i < 10_000; i++) {
      const sql = Array.from({ length: 1 + random(8) }, () => pieces[random(pieces.length)]).join("");
      const ours = lex(sql).find((token) => token.kind !== "comment");
      const theirs = firstTokenOfSqlite(sql);
      // SQLite reads 9_ as a number and refuses it a step later; here it is illegal at once.
      const legal = theirs?.text.includes("_")
        ? theirs.legal
        : ours === undefined
          ? undefined
          : ours.kind !== "illegal";
      if (ours?.text !== theirs?.text || legal !== theirs?.legal) different.push({ sql, ours, theirs });
    }
    expect(different).toEqual([]);
  });

  it("reserves exactly the keywords that SQLite refuses as names", () => {
    const refused = (word: string) => {
      const probes = [
        `CREATE TABLE ${word}(a)`,
        `CREATE TABLE p(${word})`,
        `SELECT a FROM ${word}`,
        `SELECT ${word} FROM t WHERE ${word} = 1 GROUP BY ${word} HAVING ${word} < 1 ORDER BY ${word}`,
        `SELECT max(${word}) FROM t`,
        `SELECT T1.${word} FROM t AS T1`,
        `SELECT ${word}.a FROM x AS ${word}`,
        `SELECT 1 FROM x ${word}`,
      ];
      const database = new Database(":memory:");
      database.exec(`CREATE TABLE t("${word}"); CREATE TABLE x(a)`);
      const fails = probes.some((probe) => {
        try {
          if (probe === `SELECT a FROM ${word}`) database.exec(`CREATE TABLE "${word}"(a)`);
          database.prepare(probe);
          return false;
        } catch (error) {
          return !/already exists/.test((error as Error).message);
        }
      });
      database.close();
      return fails;
    };
    expect(SQLITE_KEYWORDS.size).toBe(147);
    expect([...SQLITE_KEYWORDS].filter(refused).sort()).toEqual([...RESERVED_WORDS.sqlite].sort());
  });
});
