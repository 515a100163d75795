import { describe, expect, it } from "vitest";
import type { Schema } from "../../src/schema/types.js";
import { type Meaning, parseSelect, resolveNames } from "../../src/sql/syntax/index.js";

const table = (name: string, columns: string) => ({
  name,
  columns: columns.split(" ").map((column, i) => ({ name: column, type: "", primaryKey: i === 0 })),
  foreignKeys: [],
});
const schema: Schema = {
  dbId: "school",
  dialect: "sqlite",
  tables: [table("Student", "StuID Name Age"), table("Pet", "PetID Kind Age"), table("Owns", "StuID PetID")],
};

function meaningText(meaning: Meaning): string {
  switch (meaning.kind) {
    case "column":
      return meaning.origin === null ? `computed ${meaning.name}` : `${meaning.origin.table}.${meaning.origin.column}`;
    case "rowid":
      return `${meaning.source.table}.rowid`;
    case "result":
      return `result ${meaning.result.alias!.name}`;
    case "string":
    case "boolean":
      return `${meaning.kind} ${meaning.value}`;
    case "ambiguous":
      return `ambiguous ${meaning.sources.map((source) => source.name).join("|")}`;
    default:
      return meaning.kind;
  }
}

/** What each column reference of a query means, in reading order. */
function meanings(sql: string): string[] {
  const { columns } = resolveNames(parseSelect(sql), schema);
  return [...columns]
    .sort(([a], [b]) => a.range.start - b.range.start)
    .map(([{ range }, meaning]) => `${sql.slice(range.start, range.end)}: ${meaningText(meaning)}`);
}

describe("resolveNames", () => {
  it.each<[string, string, string[]]>([
    [
      "aliases, whatever the case",
      "SELECT T1.name, KIND FROM student AS t1 JOIN owns JOIN pet ON T1.stuid = owns.STUID",
      ["T1.name: Student.Name", "KIND: Pet.Kind", "T1.stuid: Student.StuID", "owns.STUID: Owns.StuID"],
    ],
    ["a table that has an alias has no other name", "SELECT student.name FROM student t", ["student.name: unknown"]],
    ["two tables with one name", "SELECT age FROM student, pet", ["age: ambiguous student|pet"]],
    ["USING makes it one", "SELECT stuid FROM student JOIN owns USING (stuid)", ["stuid: Student.StuID"]],
    ["NATURAL too", "SELECT petid, age FROM owns NATURAL JOIN pet", ["petid: Owns.PetID", "age: Pet.Age"]],
    [
      "the inner query first, then the outer",
      "SELECT 1 FROM student s WHERE EXISTS (SELECT 1 FROM owns WHERE petid = 1 AND owns.stuid = s.stuid AND name = 'x')",
      ["petid: Owns.PetID", "owns.stuid: Owns.StuID", "s.stuid: Student.StuID", "name: Student.Name"],
    ],
    ["a query in FROM sees no neighbour", "SELECT 1 FROM student s, (SELECT s.name)", ["s.name: unknown"]],
    [
      "columns of a query in FROM",
      "SELECT q.n, q.Age, q.kind FROM (SELECT name AS n, age FROM student) q",
      ["q.n: Student.Name", "q.Age: Student.Age", "q.kind: unknown", "name: Student.Name", "age: Student.Age"],
    ],
    [
      "a computed column by its text",
      'SELECT "count(*)", q.n FROM (SELECT count( * ), max(age) AS n FROM pet) q',
      ['"count(*)": computed count(*)', "q.n: computed n", "age: Pet.Age"],
    ],
    [
      "stars of inner queries",
      "SELECT name, kind FROM (SELECT s.*, kind FROM student s, pet)",
      ["name: Student.Name", "kind: Pet.Kind", "kind: Pet.Kind"],
    ],
    [
      "WITH, with listed names and recursion",
      "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i, x FROM n",
      ["i: computed i", "i: computed i", "x: unknown"],
    ],
    [
      "a WITH table covers the schema's",
      "WITH pet AS (SELECT name FROM student) SELECT name, kind FROM pet",
      ["name: Student.Name", "name: Student.Name", "kind: unknown"],
    ],
    [
      "aliases of results: after columns in WHERE and GROUP BY, before them in ORDER BY, never in the results",
      "SELECT age AS name, n, name AS n FROM student WHERE name = 1 AND n = 2 GROUP BY n ORDER BY name",
      [
        "age: Student.Age",
        "n: unknown",
        "name: Student.Name",
        "name: Student.Name",
        "n: result n",
        "n: result n",
        "name: result name",
      ],
    ],
    [
      "strings in double quotes, booleans, rowids",
      'SELECT "Joe", "name", [Joe], true, rowid, student.oid FROM student',
      [
        '"Joe": string Joe',
        '"name": Student.Name',
        "[Joe]: unknown",
        "true: boolean true",
        "rowid: Student.rowid",
        "student.oid: Student.rowid",
      ],
    ],
    [
      "the order of a compound names results of any part",
      "SELECT name FROM student UNION SELECT kind FROM pet ORDER BY kind",
      ["name: Student.Name", "kind: Pet.Kind", "kind: Pet.Kind"],
    ],
    ["LIMIT sees no columns", "SELECT 1 FROM student LIMIT age", ["age: unknown"]],
    [
      "a function's columns",
      "SELECT key, j.value FROM student, json_each(name) j",
      ["key: computed key", "j.value: computed value", "name: Student.Name"],
    ],
    ["a table that does not exist hides its columns", "SELECT a, t.b FROM teacher t", ["a: opaque", "t.b: opaque"]],
  ])("%s", (_, sql, expected) => {
    expect(meanings(sql)).toEqual(expected);
  });

  it("lists unknown tables and columns", () => {
    const { unknownTables, unknownColumns } = resolveNames(
      parseSelect("SELECT u.*, s.salary FROM Student s, Teacher, main.Pet, other.Pet WHERE s.name IN clubs"),
      schema,
    );
    expect(unknownTables).toEqual(["Teacher", "Pet", "u", "clubs"]);
    expect(unknownColumns.map(({ column }) => column.name)).toEqual(["salary"]);
  });
});
