import { expect, test } from "vitest";
import { spiderTokens } from "../../src/sql/spider/index.js";
import { pythonFloatOf, pythonIntOf, pythonStrip } from "../../src/sql/spider/python-strings.js";

// Expected: `tokenize` of the official process_sql.py with nltk 3.10 and its English sentence model.
test.each([
  ["SELECT Name FROM t WHERE a='Ann Lee' AND b = \"x\"", 'select name from t where a=__val_27_35__ and b = "x"'],
  ["a >= 1 AND b<= 2 and c != 3", "a >= 1 and b <= 2 and c != 3"],
  ["a>=1", "a > =1"],
  ["a=1", "a=1"],
  ["= a >", "= a >= a >"],
  ["count(DISTINCT T1.id),name", "count ( distinct t1.id ) , name"],
  ["1,2", "1,2"],
  ["1, 2", "1 , 2"],
  ["a:b", "a : b"],
  ["T1.*", "t1 . *"],
  ["`name`", "` name `"],
  ["``name``", "`` name ``"],
  ["x; y -- z", "x ; y -- z"],
  ["a..b", "a .. b"],
  ["cannot can_not GONNA wanna gimme", "can not can_not gon na wan na gim me"],
  ["x > 5. AND y", "x > 5 . and y"],
  ["x > 5. and y", "x > 5. and y"],
  ["(x > 5.)", "( x > 5 . )"],
  ["foo. bar", "foo . bar"],
  ["AS a. WHERE", "as a . where"],
  ["AS a. where", "as a. where"],
  ["AS a. Intersect", "as a. intersect"],
  ["no. 5 st. and St. Select st. From", "no . 5 st. and st . select st. from"],
  ["a ? b ! c", "a ? b ! c"],
  ["“a” ‘b’ «c» „d“", "“ a ” ‘ b ’ « c » „ d “"],
  ["a–b—c", "a – b — c"],
  ["''", '""'],
  ["'it''s'", "__val_0_3____val_4_6__"],
  ["name 'x'y", "name __val_5_7__y"],
  ["\u0130 ΑΣ É", "i\u0307 ας é"],
  ["a\u00a0b\u3000c\u0085d\u001ce", "a b c d e"],
  ["\ufefffoo", "\ufefffoo"],
  ["a@b#c$d%e&f[g]{h}", "a @ b # c $ d % e & f [ g ] { h }"],
  ["__val_0_2__ 'x'", '__val_0_2__ "x"'],
  ["🙂'a'", "🙂__val_1_3__"],
  ["a . . . b", "a . . . b"],
  ["5.) and 6.) Or", "5 . ) and 6 . ) or"],
])("%s", (query, tokens) => {
  expect(spiderTokens(query).join(" ")).toBe(tokens);
});

test("an odd number of quotation marks, of either kind", () => {
  expect(() => spiderTokens("name = 'O'Hara'")).toThrow("Unexpected quote");
  expect(() => spiderTokens(`name = 'a" and "`)).toThrow("Unexpected quote");
});

test.each([
  ["a. ", 3001],
  ["! ", 3000],
  [". ", 3000],
  ["a,", 6000],
  ["-", 1500],
  ["x", 1],
  ["a!", 6000],
  ["!\u00a0", 3000],
  ["> = ", 3000],
])("%j 3000 times", (run, tokens) => {
  expect(spiderTokens(run.repeat(3000))).toHaveLength(tokens);
});

// Expected: Python 3.11's float(), int() and str.strip().
test("Python's numbers", () => {
  const floats = ["1", "-1.5", "+5", "5.", ".5", "1e5", "1_000.5", "٣", " 7 "].map(pythonFloatOf);
  expect(floats).toEqual([1, -1.5, 5, 5, 0.5, 1e5, 1000.5, 3, 7]);
  expect(["Infinity", "-inf", "nan"].map(pythonFloatOf)).toEqual([Infinity, -Infinity, Number.NaN]);
  expect(["", ".", "e5", "1__0", "_1", "1_", "0x1f", "1,000", "½", "--1", "1e"].map(pythonFloatOf)).toEqual(
    Array(11).fill(null),
  );
  expect(["3", "-1_0", "9".repeat(20)].map(pythonIntOf)).toEqual([3n, -10n, 10n ** 20n - 1n]);
  expect(["1.0", "1e5", "", "9".repeat(4301)].map(pythonIntOf)).toEqual([null, null, null, null]);
  expect(pythonStrip("\u001c\u0085 a b\u3000\ufeff")).toBe("a b\u3000\ufeff");
});
