import { describe, expect, it } from "vitest";
import type { DatabasePool, QueryResult } from "../../src/database/index.js";
import type { EvalDetail } from "../../src/eval/eval-report.js";
import { embedJson, escapeHtml } from "../../src/eval/html-report/embed-json.js";
import { resultTables } from "../../src/eval/html-report/index.js";
import { diffTokens } from "../../src/eval/html-report/page/diff-tokens.js";
import { wilson } from "../../src/eval/html-report/page/tally.js";
import { pageTable } from "../../src/eval/html-report/page-cells.js";
import { pageScript } from "../../src/eval/html-report/page-script.js";
import { lex } from "../../src/sql/lexer.js";

describe("the data in the page", () => {
  it("holds nothing that ends or hides a script element, and reads back the same", () => {
    const value = { "</script>": ["<!--", "<script>", "\u2028\u2029", "]]>", "&lt;", "\ud800", "é\u0000"] };
    const text = embedJson(value);
    expect(text).not.toMatch(/[<>&\u2028\u2029]/);
    expect(JSON.parse(text)).toEqual(value);
    expect(escapeHtml(`<a href="x">'&`)).toBe("&#60;a href=&#34;x&#34;&#62;&#39;&#38;");
  });

  it("the script imports nothing and cannot end its own element", () => {
    const script = pageScript();
    expect(script).not.toMatch(/^\s*(?:import|export)\b/m);
    expect(script).not.toMatch(/<\/script|<!--/i);
    expect(() => new Function(script)).not.toThrow();
  });
});

describe("diff of two queries", () => {
  const marked = (gold: string, predicted: string) => {
    const [a, b] = [lex(gold), lex(predicted)];
    const only = diffTokens(a, b);
    const texts = (tokens: typeof a, marks: boolean[]) => tokens.flatMap(({ text }, i) => (marks[i] ? text : []));
    return [texts(a, only.gold), texts(b, only.predicted)];
  };

  it("marks what only one of them has", () => {
    expect(marked("SELECT a FROM t WHERE x > 5", "SELECT a, b FROM t WHERE x >= 5 LIMIT 1")).toEqual([
      [">"],
      [",", "b", ">=", "LIMIT", "1"],
    ]);
    expect(marked("", "SELECT 1")).toEqual([[], ["SELECT", "1"]]);
    expect(marked("SELECT 1", "")).toEqual([["SELECT", "1"], []]);
  });

  it("sees no difference where SQLite sees none", () => {
    expect(marked(`select A from T where b <> "x" and c == 1;`, "SELECT a FROM t WHERE b != 'x' AND c = 1")).toEqual([
      [],
      [],
    ]);
    expect(marked("SELECT 'a'", "SELECT 'A'")).toEqual([["'a'"], ["'A'"]]);
  });

  it("keeps as many tokens as a longest common subsequence has", () => {
    let seed = 7;
    const letter = () => {
      seed = (seed * 48271) % 2147483647;
      return "abc"[seed % 3]!;
    };
    const letters = () => Array.from({ length: 9 }, letter);
    for (let i = 0; i < 200; i++) {
      const [a, b] = [letters(), letters()];
      const only = diffTokens(lex(a.join(" ")), lex(b.join(" ")));
      const kept = a.filter((_, at) => !only.gold[at]);
      expect(kept).toEqual(b.filter((_, at) => !only.predicted[at]));
      expect(kept).toHaveLength(longestCommon(a, b));
    }
  });

  it("does not stall on queries of thousands of tokens", () => {
    const [a, b] = [`SELECT ${"a, ".repeat(4000)}a`, `SELECT ${"b, ".repeat(4000)}b`];
    const only = diffTokens(lex(a), lex(b));
    expect(only.gold.filter(Boolean)).toHaveLength(8001);
    expect(only.gold[0]).toBe(false);
  });
});

/** By trying every subsequence: slow and plain. */
function longestCommon(a: readonly string[], b: readonly string[]): number {
  let best = 0;
  for (let bits = 0; bits < 1 << a.length; bits++) {
    const chosen = a.filter((_, i) => bits & (1 << i));
    let at = 0;
    for (const token of b) if (token === chosen[at]) at++;
    if (at === chosen.length) best = Math.max(best, at);
  }
  return best;
}

it("intervals are Wilson's", () => {
  // Newcombe, "Two-sided confidence intervals for the single proportion", 1998, table I, method 3.
  const published: [number, number, number, number][] = [
    [81, 263, 0.2553, 0.3662],
    [15, 148, 0.0624, 0.1605],
    [0, 20, 0, 0.1611],
    [1, 29, 0.0061, 0.1718],
  ];
  for (const [right, judged, ...limits] of published) {
    expect(wilson(right, judged).map((limit) => Number(limit.toFixed(4)))).toEqual(limits);
  }
  expect(wilson(0, 0)).toEqual([0, 1]);
});

describe("results for the page", () => {
  const detail = (index: number, given: Partial<EvalDetail>) =>
    ({ index, db_id: "d", gold: "G", predicted: "P", em: true, ex: true, ts: null, ...given }) as EvalDetail;
  const ok = (rows: QueryResult & { ok: true }) => rows;
  const pool = (answer: (sql: string) => QueryResult): { pool: DatabasePool; ran: string[] } => {
    const ran: string[] = [];
    const query = async (file: string, sql: string) => {
      ran.push(`${file} ${sql}`);
      return answer(sql);
    };
    return { pool: { query } as unknown as DatabasePool, ran };
  };
  const rows = (n: number, value: string) =>
    ok({ ok: true, columns: ["c"], rows: Array.from({ length: n }, () => [value]), truncated: false, seconds: 0 });

  it("runs only the misses whose database is there, and keeps the first rows", async () => {
    const { pool: fake, ran } = pool((sql) =>
      sql === "G" ? rows(80, "x") : { ok: false, kind: "error", error: "no" },
    );
    const details = [detail(0, {}), detail(1, { ex: false }), detail(2, { ex: false, db_id: "absent" })];
    const found = await resultTables(fake, details, new Map([["d", "d.sqlite"]]));
    expect(ran).toEqual(["d.sqlite G", "d.sqlite P"]);
    expect([...found.keys()]).toEqual([1]);
    expect(found.get(1)).toMatchObject({ gold: { total: 80, truncated: false }, predicted: null });
    expect(found.get(1)!.gold!.rows).toHaveLength(50);
  });

  it("stops where the report would grow too large", async () => {
    const { pool: fake } = pool(() => rows(10, "x".repeat(100)));
    const details = Array.from({ length: 100 }, (_, i) => detail(i, { em: false }));
    const found = await resultTables(fake, details, new Map([["d", "d.sqlite"]]), { maxBytes: 20_000 });
    expect(found.size).toBeGreaterThan(5);
    expect(found.size).toBeLessThan(12);
  });

  it("tells SQLite's types apart", () => {
    const values = [null, 1n, 1, 0.1, 2n ** 60n, "text", "x".repeat(301), new Uint8Array(20).fill(255), Infinity];
    const table = { columns: values.map((_, i) => `c${i}`), rows: [values], total: 1, truncated: false };
    expect(pageTable(table)!.rows[0]).toEqual([
      null,
      { n: "1" },
      { n: "1.0" },
      { n: "0.1" },
      { n: "1152921504606846976" },
      "text",
      `${"x".repeat(300)}… (301 characters)`,
      { b: "FF".repeat(16), bytes: 20 },
      { n: "Inf" },
    ]);
    expect(pageTable(null)).toBeNull();
  });
});
