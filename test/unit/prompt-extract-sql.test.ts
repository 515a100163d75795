import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { extractSql } from "../../src/prompt/extract-sql.js";
import { sharedFolder } from "./tokenizer-fixtures.js";

const SQL = "SELECT name FROM singer WHERE age > 20";

describe("extractSql", () => {
  it.each<[string, string, string?]>([
    ["the query alone", SQL],
    ["a closing semicolon", `${SQL} ;\n`],
    ["a fence with a language", `\`\`\`sql\n${SQL};\n\`\`\``],
    ["a fence without one", `\`\`\`\n${SQL}\n\`\`\``],
    ["a fence of one line", `\`\`\`sql ${SQL}\`\`\``],
    ["a fence whose first word is the query's", `\`\`\`SELECT\n1\`\`\``, "SELECT\n1"],
    ["a fence of tildes, in another language", `~~~sqlite3\n${SQL}\n~~~`],
    ["a fence that is never closed", `Sure!\n\`\`\`sql\n${SQL}`],
    ["prose, then a fence, then prose", `Here is the query:\n\n\`\`\`sql\n${SQL};\n\`\`\`\n\nIt selects the names.`],
    ["a first fence that is no SQL", `\`\`\`\nname, age\n\`\`\`\nand\n\`\`\`sql\n${SQL}\n\`\`\``],
    ["several fences", `\`\`\`sql\n${SQL}\n\`\`\`\nor\n\`\`\`sql\nSELECT 2\n\`\`\``],
    ["Windows line ends", `\`\`\`sql\r\n${SQL}\r\n\`\`\`\r\n`],
    ["a query in backticks", `You can use \`${SQL}\` to get it.`],
    ["two queries in backticks", `Use \`${SQL}\` or \`SELECT 2\`.`],
    ["prose before, on the same line", `The query is: ${SQL};`],
    ["prose before, that selects too", `To select the names of all singers, you can write SELECT 1;`, "SELECT 1"],
    ["prose that begins with Select", `Select the names of all singers older than 20:\n${SQL}`],
    ["a sentence without verb but Select", `Select the name\n${SQL}`],
    ["a comment that reads like a query", `-- select all names\n${SQL}`],
    ["prose that begins with With", `With the following query we get it:\n${SQL}`],
    ["a label", `SQL: ${SQL}`],
    ["a label in Markdown", `**SQL Query:**\n${SQL}`],
    ["a heading", `### Answer\n${SQL}\n### Explanation\nWe filter.`],
    ["an explanation after a blank line", `${SQL}\n\nThis query selects the names of all singers older than 20.`],
    ["an explanation on the next line", `${SQL}\nThis query selects the names of all singers who are older than 20.`],
    ["an explanation after the semicolon", `${SQL}; -- names\nExplanation: it's filtered`],
    ["the next turn", `${SQL}\nQuestion: How many singers are there?\nSQL: SELECT count(*) FROM singer`],
    ["a second statement", `${SQL}; SELECT 2; DROP TABLE singer;`],
    ["a semicolon before it", `; ${SQL}`],
    ["chat tokens around it", `<|im_start|>assistant\n${SQL}<|im_end|>\n<|im_start|>user\nSELECT 3`],
    ["Llama's tokens", `<s> ${SQL} </s><s>[INST] next [/INST]`],
    ["thoughts before it", `<think>\nSELECT 1? No.\n</think>\n\n${SQL}`],
    ["a comment before it", `-- the names\n${SQL}`],
    ["a list's dash", `Answer:\n\n> ${SQL}`],
  ])("takes the query out of %s", (_, answer, sql = SQL) => {
    expect(extractSql(answer)).toBe(sql);
  });

  it.each([
    ["a semicolon in a literal", "SELECT * FROM t WHERE a = 'x; y' AND b = \"p;q\""],
    ["a doubled quote", "SELECT * FROM t WHERE a = 'O''Brien; Jr.'"],
    ["a fence in a literal", "SELECT '`' || a FROM t"],
    ["names in backticks and brackets", "SELECT `a b`, [c;d] FROM `select me`"],
    ["a CTE", "WITH t(a, b) AS (SELECT 1, 2) SELECT a FROM t"],
    ["a recursive CTE", "with recursive n as (select 1 union all select x + 1 from n) select * from n"],
    ["a CTE with a quoted name", 'WITH "top ten" AS MATERIALIZED (SELECT 1) SELECT * FROM "top ten"'],
    ["lower case with an inner upper one", "select a from t where b in (SELECT max(b) FROM t)"],
    ["a window", "SELECT row_number() OVER (PARTITION BY a ORDER BY b DESC) rn, a AS the_name FROM t"],
    ["a CASE", "SELECT CASE WHEN a IS NOT NULL THEN b ELSE c END label, count(*) total FROM t"],
    ["brackets around it", "(SELECT a FROM t) UNION (SELECT b FROM u)"],
    ["no FROM", "SELECT 1 + 1 AS two"],
    ["a union without FROM", "SELECT 1 UNION ALL SELECT 2"],
    ["a subquery as column", "SELECT (SELECT max(a) FROM t) top, b FROM t"],
    ["lines, blank ones too", "SELECT a,\n\n  b\nFROM t\n\nWHERE\n\n  c = 1\n\nORDER BY a DESC\n\nLIMIT 3"],
    ["a set operation between blank lines", "SELECT a FROM t\n\nEXCEPT\n\nSELECT a FROM u"],
    ["comments", "SELECT a -- first; of all\nFROM t /* here; */ WHERE b = 1"],
    ["a column called note", "SELECT note,\nresult\nFROM t\nGROUP BY\nnote"],
    ["a statement that writes", "DELETE FROM t WHERE a = 1"],
    ["VALUES", "VALUES (1), (2)"],
    ["a question mark and unicode", "SELECT * FROM naïve WHERE ü = 'é…' AND a = ?"],
  ])("leaves a query with %s as it is", (_, sql) => {
    expect(extractSql(sql)).toBe(sql);
    expect(extractSql(`Sure:\n\`\`\`sql\n${sql};\n\`\`\`\nDone.`)).toBe(sql);
    expect(extractSql(extractSql(sql))).toBe(sql);
  });

  it("ends a literal that is never closed where the statement plausibly ends", () => {
    expect(extractSql("SELECT * FROM t WHERE a = 'O'Brien';\n\nIt's done.")).toBe(
      "SELECT * FROM t WHERE a = 'O'Brien'",
    );
    expect(extractSql("SELECT * FROM t WHERE a = 'open\n\nThis query is broken")).toBe(
      "SELECT * FROM t WHERE a = 'open",
    );
    expect(extractSql("SELECT * FROM t WHERE a = 'cut off by the len")).toBe(
      "SELECT * FROM t WHERE a = 'cut off by the len",
    );
  });

  it("gives back an answer without a statement, without its label", () => {
    expect(extractSql("SQL: name of all singers; 3")).toBe("name of all singers");
    expect(extractSql("I cannot answer that.")).toBe("I cannot answer that.");
    expect(extractSql("```\nno idea\n```")).toBe("no idea");
  });

  it.each(["", " \n", "```sql\n```", "```", "<|im_end|>", "<think>never ends", ";", "</s>"])(
    "is empty for %j",
    (answer) => {
      expect(extractSql(answer)).toBe("");
    },
  );

  it("takes time in proportion to the answer, whatever it holds", () => {
    // Backtracking that doubles with each repetition would not come back from these.
    for (const unit of [
      "SELECT ",
      "WITH a AS ",
      "```",
      "`",
      "(",
      "SQL: ",
      "<think>",
      "-- ",
      "'",
      "select the names of all ",
    ])
      expect(typeof extractSql(unit.repeat(400))).toBe("string");
  });
});

const shared = sharedFolder("the gold queries of Spider, extracted");
describe.skipIf(shared === null)("Spider's gold queries", () => {
  const read = (file: string) =>
    (JSON.parse(readFileSync(join(shared!, "data/spider", file), "utf8")) as { query: string }[]).map(
      (row) => row.query,
    );
  const bare = (sql: string) => sql.trim().replace(/[;\s]+$/, "");

  it("come back as they are, alone, fenced, and in prose", () => {
    const queries = [...new Set([...read("train_spider.json"), ...read("train_others.json"), ...read("dev.json")])];
    expect(queries.length).toBeGreaterThan(5000);
    const shapes = [
      (sql: string) => sql,
      (sql: string) => `\`\`\`sql\n${sql}\n\`\`\``,
      (sql: string) => `Here is the SQL query you asked for:\n\n${bare(sql)};\n\nThis query returns it.`,
      (sql: string) => `SQL: ${bare(sql)}\nExplanation: none.<|im_end|>\n<|im_start|>user\nSELECT 1`,
      (sql: string) => bare(sql).toLowerCase(),
    ];
    for (const [i, shape] of shapes.entries()) {
      const expected = queries.map((sql) => (i === shapes.length - 1 ? bare(sql).toLowerCase() : bare(sql)));
      expect(queries.map((sql) => extractSql(shape(sql)))).toEqual(expected);
    }
  });
});
