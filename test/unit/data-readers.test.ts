import { afterAll, describe, expect, it } from "vitest";
import { sha256File } from "../../src/data/checksum.js";
import { jsonErrorPosition } from "../../src/data/json-error-position.js";
import { readCsv } from "../../src/data/read-csv.js";
import { readJson, readJsonLines } from "../../src/data/read-json.js";
import { checkColumns, readRows } from "../../src/data/read-rows.js";
import { temporaryFolder } from "./data-fixture.js";

const files = temporaryFolder();
afterAll(files.remove);

describe("CSV", () => {
  it("reads quotes, line breaks, a byte order mark and Windows line ends", async () => {
    const file = files.write(
      "a.csv",
      '\uFEFFtext_query,sql_command\r\n"a, ""b""","SELECT 1,\r\n 2"\r\n\r\nlast,SELECT 3\r\n',
    );
    const { columns, rows } = await readCsv(file);
    expect(columns).toEqual(["text_query", "sql_command"]);
    expect(rows.map((row) => row.values)).toEqual([
      { text_query: 'a, "b"', sql_command: "SELECT 1,\r\n 2" },
      { text_query: "last", sql_command: "SELECT 3" },
    ]);
    expect(rows.map((row) => [row.id, row.place])).toEqual([
      ["a.csv:0", "row 0, line 2"],
      ["a.csv:1", "row 1, line 5"],
    ]);
  });

  it("reads a file whose line ends are mixed", async () => {
    const file = files.write("mixed.csv", "q,s\r\na,SELECT 1\nb,SELECT 2\r\n");
    const { rows } = await readCsv(file);
    expect(rows.map(({ place, values }) => [place, values.q, values.s])).toEqual([
      ["row 0, line 2", "a", "SELECT 1"],
      ["row 1, line 3", "b", "SELECT 2"],
    ]);
  });

  it("names the row of broken quotes", async () => {
    const open = files.write("open.csv", 'q,s\na,b\n"c,d\ne,f\n');
    await expect(readCsv(open)).rejects.toThrow(
      /open\.csv is no proper CSV: broken quotes in row 1, which starts on line 3/,
    );
    const inside = files.write("inside.csv", 'q,s\na,b\nc,"d"x\n');
    await expect(readCsv(inside)).rejects.toThrow(/broken quotes in row 1, which starts on line 3/);
  });

  it("names every row with too many or too few fields", async () => {
    const file = files.write("commas.csv", "q,s\na,SELECT 1\nb,SELECT 1, 2\nc\nd,SELECT 4\n");
    await expect(readCsv(file)).rejects.toThrow(
      /row 1, line 3: 3 fields, the header has 2\n {2}row 2, line 4: 1 fields, the header has 2\nA field with a comma/,
    );
  });
});

describe("JSON", () => {
  it("names the line and column where a file breaks", async () => {
    const comma = files.write("comma.json", '[\n  {"question": "a"},\n  {"question": "b",}\n]');
    await expect(readJson(comma)).rejects.toThrow(
      /comma\.json is broken JSON: line 3, column 20: near: \{"question": "b",\}/,
    );
    const cut = files.write("cut.json", '[\n  {"question": "a');
    await expect(readJson(cut)).rejects.toThrow(/line 2, column 16/);
    const short = files.write("short.json", '[{"a": 1},\n');
    await expect(readJson(short)).rejects.toThrow(/line 2, column 1: the file ends too early/);
  });

  it("names every broken line of JSON Lines at once", async () => {
    const file = files.write("b.jsonl", '{"a": 1}\n{"a": }\n\n[1]\n{"a": 2}\nnope');
    await expect(readJsonLines(file)).rejects.toThrow(
      /line 2 is broken JSON at column 7: [\s\S]*line 4 is a list\n {2}line 6 is broken JSON at column 1: nope/,
    );
  });

  it("finds where V8 finds it, in texts broken at one place", () => {
    const text = '{"k": [1.5e-3, "a\\u00e9\\n", true, null, {}, [], {"x": "y"}], "last": -0}';
    let compared = 0;
    for (let i = 0; i < text.length; i++) {
      for (const broken of [
        text.slice(0, i) + text.slice(i + 1),
        `${text.slice(0, i)}#${text.slice(i)}`,
        text.slice(0, i),
      ]) {
        try {
          JSON.parse(broken);
        } catch (error) {
          const position = /at position (\d+)/.exec((error as Error).message)?.[1];
          // Inside a word or a string V8 points at the character, this at the start of what it is in.
          const ours = jsonErrorPosition(broken);
          if (position === undefined) continue;
          compared++;
          expect(ours, broken).toBeLessThanOrEqual(Number(position));
          expect(broken.slice(ours, Number(position)), broken).toMatch(/^(?:"[^"]*"?|[-\w.+#\s\\]*)[,:\s]*$/);
        }
      }
    }
    expect(compared).toBeGreaterThan(80);
  });
});

/** {db_id, query, question} of two rows, as pyarrow 26 writes it with snappy and with zstd. */
const PARQUET = {
  snappy:
    "UEFSMRUAFSwVMCwVBBUAFQYVBhwAAAAWVAIAAAAEAQQAAABwZXRzBAAAAHBldHMVABV0FWosFQQVABUGFQYcAAAAOogCAAAABAEYAAAAU0VMRUNUIGNvdW50KCopIEZST00gcGV0FBkcMG5hbWUgRlJPTSBwZXQVABV2FXosFQQVABUGFQYcAAAAO+gCAAAABAEYAAAASG93IG1hbnkgcGV0cyBhcmUgdGhlcmU/FQAAAFdoYXQgYXJlIHRoZXkgY2FsbGVkPxUEGUw1ABgGc2NoZW1hFQYAFQwlAhgFZGJfaWQlAEwcAAAAFQwlAhgFcXVlcnklAEwcAAAAFQwlAhgIcXVlc3Rpb24lAEwcAAAAFgQZHBk8JgAcFQwZJQYAGRgFZGJfaWQVAhYEFlIWViYISRwVABUAFQIAPBYQGQYZJgAEAAAAJgAcFQwZJQYAGRgFcXVlcnkVAhYEFpoBFpABJl5JHBUAFQAVAgA8FlgZBhkmAAQAAAAmABwVDBklBgAZGAhxdWVzdGlvbhUCFgQWnAEWoAEm7gFJHBUAFQAVAgA8FloZBhkmAAQAAAAWiAMWBCYIFoYDACggcGFycXVldC1jcHAtYXJyb3cgdmVyc2lvbiAyNi4wLjEZPBwAABwAABwAAAAhAQAAUEFSMQ==",
  zstd: "UEFSMRUAFSwVPiwVBBUAFQYVBhwAAAAotS/9IBaxAAACAAAABAEEAAAAcGV0cwQAAABwZXRzFQAVdBWGASwVBBUAFQYVBhwAAAAotS/9IDrRAQACAAAABAEYAAAAU0VMRUNUIGNvdW50KCopIEZST00gcGV0FAAAAFNFTEVDVCBuYW1lIEZST00gcGV0FQAVdhWIASwVBBUAFQYVBhwAAAAotS/9IDvZAQACAAAABAEYAAAASG93IG1hbnkgcGV0cyBhcmUgdGhlcmU/FQAAAFdoYXQgYXJlIHRoZXkgY2FsbGVkPxUEGUw1ABgGc2NoZW1hFQYAFQwlAhgFZGJfaWQlAEwcAAAAFQwlAhgFcXVlcnklAEwcAAAAFQwlAhgIcXVlc3Rpb24lAEwcAAAAFgQZHBk8JgAcFQwZJQYAGRgFZGJfaWQVDBYEFlIWZCYISRwVABUAFQIAPBYQGQYZJgAEAAAAJgAcFQwZJQYAGRgFcXVlcnkVDBYEFpwBFq4BJmxJHBUAFQAVAgA8FlgZBhkmAAQAAAAmABwVDBklBgAZGAhxdWVzdGlvbhUMFgQWngEWsAEmmgJJHBUAFQAVAgA8FloZBhkmAAQAAAAWjAMWBCYIFsIDACggcGFycXVldC1jcHAtYXJyb3cgdmVyc2lvbiAyNi4wLjEZPBwAABwAABwAAAAhAQAAUEFSMQ==",
};

describe("Parquet and other files", () => {
  it("reads snappy, and says what it cannot read", async () => {
    const snappy = files.write("train.parquet", Buffer.from(PARQUET.snappy, "base64"));
    expect((await readRows(snappy)).map((row) => row.values)).toEqual([
      { db_id: "pets", query: "SELECT count(*) FROM pet", question: "How many pets are there?" },
      { db_id: "pets", query: "SELECT name FROM pet", question: "What are they called?" },
    ]);
    const zstd = files.write("zstd.parquet", Buffer.from(PARQUET.zstd, "base64"));
    await expect(readRows(zstd)).rejects.toThrow(
      /zstd\.parquet cannot be read as Parquet: .*ZSTD[\s\S]*snappy-compressed/i,
    );
    const cut = files.write("cut.parquet", Buffer.from(PARQUET.snappy, "base64").subarray(0, 300));
    await expect(readRows(cut)).rejects.toThrow(/cut\.parquet cannot be read as Parquet: .*download it again/);
  });

  it("says which kinds of file it reads, and that a file is missing, empty or a folder", async () => {
    await expect(readRows(files.write("a.xlsx", "x"))).rejects.toThrow(
      /Known are \.csv, \.json, \.jsonl, \.ndjson, \.parquet/,
    );
    await expect(readRows(`${files.folder}/none.csv`)).rejects.toThrow(/There is no file .*none\.csv/);
    await expect(readRows(files.folder)).rejects.toThrow(/is a folder/);
    await expect(readRows(files.write("empty.csv", ""))).rejects.toThrow(
      /empty\.csv is empty; a header line was expected/,
    );
    await expect(readRows(files.write("head.csv", "a,b\n"))).rejects.toThrow(/head\.csv holds no rows/);
  });

  it("reports missing columns with what was found and what is nearest", async () => {
    const rows = await readRows(files.write("cols.csv", "text_querry,sql,extra\na,b,c\n"));
    expect(() => checkColumns("cols.csv", rows, ["text_query", "sql_command"])).toThrow(
      "cols.csv has not the columns it needs:\n  text_query is missing; text_querry is nearest\n  sql_command is missing; sql is nearest\nFound: text_querry, sql, extra. Expected: text_query, sql_command. Rename the columns of the file.",
    );
  });

  it("hashes a file", async () => {
    expect(await sha256File(files.write("abc", "abc"))).toBe(
      "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
    );
  });
});
