import { describe, expect, it } from "vitest";
import { classifyMiss } from "../../src/eval/misses/index.js";
import { MISS_KINDS, type MissKind } from "../../src/eval/verdicts.js";
import { CASES, schema } from "./misses-cases.js";

const classify = (gold: string, predicted: string, failure?: { kind: string; error: string }) =>
  classifyMiss({ gold, predicted, schema, failure });

describe("classifyMiss", () => {
  it.each(CASES)("%s -- %s", (gold, predicted, all, detail) => {
    expect(classify(gold, predicted)).toMatchObject({ kind: all[0], all, detail });
  });

  it("has a case for every kind", () => {
    const told = new Set<MissKind>([...CASES.flatMap(([, , all]) => all), "other"]);
    expect([...told].sort()).toEqual([...MISS_KINDS].sort());
  });

  it.each([
    [
      "SELECT Name FROM Student WHERE Age > 3 AND City = 'x'",
      "select s.NAME as n from student as s where 'x' = s.City and 3 < s.age",
    ],
    [
      "SELECT s.StuID FROM Student s JOIN Owns o ON s.StuID = o.StuID",
      "SELECT Owns.StuID FROM Owns, Student WHERE Student.StuID = Owns.StuID",
    ],
    ["SELECT Name FROM Student JOIN Owns USING (StuID)", "SELECT Name FROM Owns NATURAL JOIN Student"],
    ["SELECT Name FROM Student WHERE Age BETWEEN 3 AND 5", "SELECT Name FROM Student WHERE Age <= 5 AND Age >= 3"],
    ["SELECT Name FROM Student WHERE City IN ('a', 'b')", "SELECT Name FROM Student WHERE City = 'b' OR City = 'a'"],
    [
      "SELECT Name FROM Student WHERE NOT (Age > 3 OR City = 'x')",
      "SELECT Name FROM Student WHERE Age <= 3 AND City != 'x'",
    ],
    ["SELECT Name, Age FROM Student", "SELECT Age, Name FROM Student ORDER BY Age"],
    ["SELECT count(*) FROM Student WHERE Age = 30", "SELECT count(StuID) FROM Student WHERE Age = '30'"],
    ["SELECT DISTINCT City FROM Student", "SELECT City FROM Student GROUP BY City"],
    [
      "SELECT City, count(*) FROM Student GROUP BY City ORDER BY count(*)",
      "SELECT City, count(*) AS n FROM Student GROUP BY 1 ORDER BY 2",
    ],
    ["SELECT Name FROM Student UNION SELECT Kind FROM Pets", "SELECT Kind FROM Pets UNION SELECT Name FROM Student"],
    [
      "SELECT Name FROM Student WHERE StuID IN (SELECT StuID FROM Owns)",
      "SELECT Name FROM Student WHERE StuID IN (SELECT o.StuID FROM Owns o)",
    ],
  ])("sees no difference between %s and %s", (gold, predicted) => {
    expect(classify(gold, predicted)).toEqual({
      kind: "other",
      all: ["other"],
      detail: "Both queries have the same structure, yet their results differ.",
      invented: [],
    });
  });

  it("takes the nearer reading: a nested IN is a join when only a value differs", () => {
    const gold = "SELECT Name FROM Student s JOIN Owns o ON s.StuID = o.StuID WHERE o.PetID = 1";
    expect(
      classify(gold, "SELECT Name FROM Student WHERE StuID IN (SELECT StuID FROM Owns WHERE PetID = 2)").all,
    ).toEqual(["wrong_value"]);
  });

  it("tells the readings of one table apart by their joins", () => {
    const pairs = "FROM Owns o JOIN Student a ON o.StuID = a.StuID JOIN Student b ON o.PetID = b.StuID";
    expect(classify(`SELECT a.Name ${pairs}`, `SELECT b.Name ${pairs}`).all).toEqual(["wrong_column_selected"]);
    const turned = "FROM Student x JOIN Owns o ON o.PetID = x.StuID JOIN Student y ON y.StuID = o.StuID";
    expect(classify(`SELECT a.Name ${pairs} WHERE b.Age = 3`, `SELECT y.Name ${turned} WHERE x.Age = 3`).kind).toBe(
      "other",
    );
  });

  it("uses what the database said", () => {
    const sql = "SELECT Name FROM Student";
    expect(classify(sql, sql, { kind: "error", error: "no such column: Name" }).kind).toBe("unknown_column");
    expect(classify(sql, sql, { kind: "timeout", error: "took longer than 30 s" })).toMatchObject({
      kind: "other",
      detail: "The prediction fails: took longer than 30 s",
    });
  });

  it("stays quick and whole on deeply nested queries", () => {
    const nested = (value: number) =>
      `SELECT Name FROM Student WHERE ${"StuID NOT IN (SELECT StuID FROM Student WHERE ".repeat(60)}Age = ${value}${")".repeat(60)}`;
    expect(classify(nested(1), nested(2)).kind).toBe("wrong_value");
  });
});
