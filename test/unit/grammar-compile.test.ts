import { describe, expect, it } from "vitest";
import { compileGrammar } from "../../src/sql/grammar/index.js";
import { shortNames } from "../../src/sql/grammar/short-names.js";

const column = (name: string) => ({ name });

describe("compileGrammar", () => {
  const tables = compileGrammar({
    tables: [
      { name: "Singer", columns: [column("ID"), column("zip code"), column("from"), column("end"), column("Länge")] },
      { name: "concert", columns: [column("id"), column("singer")] },
    ],
  })!;
  const wordAt = (word: string) => tables.words.indexOf(word);

  it("numbers each column name once, whatever its case", () => {
    expect(tables.memberCount).toBe(6);
    expect([...tables.providerOffsets]).toEqual([0, 5, 7]);
    expect(tables.providerMembers[0]).toBe(tables.providerMembers[5]);
    expect(tables.wordMembers[wordAt("id")]).toBe(tables.providerMembers[0]);
  });

  it("lets a word be a table and a column", () => {
    expect(tables.wordProviders[wordAt("singer")]).toBe(0);
    expect(tables.wordMembers[wordAt("singer")]).toBe(tables.providerMembers[6]);
  });

  it("takes names bare only where SQLite does", () => {
    const NAME = 1;
    const bare = (word: string) => (tables.wordFlags[wordAt(word)]! & NAME) !== 0;
    expect(["id", "länge", "zip code", "from", "end"].map(bare)).toEqual([true, true, false, false, false]);
  });

  it("sorts words by their bytes, as the native side looks them up", () => {
    const sorted = [...tables.words].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
    expect(tables.words).toEqual(sorted);
    expect(new Set(tables.words).size).toBe(tables.words.length);
  });

  it("gives every arc a state to go to, and every state an arc but the last", () => {
    const states = tables.stateArcs.length - 1;
    for (let i = 0; i < tables.arcs.length; i += 7) {
      const [match, , call, next] = tables.arcs.subarray(i, i + 4);
      if (match !== 4) expect(next).toBeGreaterThanOrEqual(0);
      expect(next).toBeLessThan(states);
      expect(call).toBeLessThan(states);
    }
  });

  it("is null for more names than there is room for", () => {
    const columns = Array.from({ length: 901 }, (_, i) => column(`c${i}`));
    expect(compileGrammar({ tables: [{ name: "t", columns }] })).toBeNull();
    expect(compileGrammar({ tables: [{ name: "t", columns: columns.slice(1) }] })).not.toBeNull();
  });

  it("is open without names", () => {
    const open = compileGrammar(null)!;
    expect(open.open).toBe(true);
    expect(open.memberCount).toBe(0);
  });
});

describe("shortNames", () => {
  it("has letters, numbered letters, and what a table's name begins with", () => {
    const names = shortNames(["student_enrolment", "two words"]);
    for (const name of ["t", "t1", "t20", "s3", "st", "stu", "stud", "se", "se2"]) expect(names).toContain(name);
    for (const name of ["student", "s20", "tw", "two words"]) expect(names).not.toContain(name);
  });
});
