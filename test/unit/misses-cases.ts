import type { MissKind } from "../../src/eval/verdicts.js";
import type { Schema } from "../../src/schema/types.js";

const table = (name: string, columns: string) => ({
  name,
  columns: columns.split(" ").map((column, i) => ({ name: column, type: "", primaryKey: i === 0 })),
  foreignKeys: [],
});
export const schema: Schema = {
  dbId: "school",
  dialect: "sqlite",
  tables: [
    table("Student", "StuID Name Age City"),
    table("Pets", "PetID Kind weight Age"),
    {
      ...table("Owns", "StuID PetID"),
      columns: table("Owns", "StuID PetID").columns.map((c) => ({ ...c, primaryKey: true })),
    },
  ],
};
/** Gold, prediction, every kind that applies, and the sentence. */
export const CASES: [gold: string, predicted: string, all: MissKind[], detail: string][] = [
  [
    "SELECT Name FROM Student",
    "SELECT Name FORM Student",
    ["does_not_parse"],
    'The prediction does not parse: near "Student" at 17: expected the end of the query.',
  ],
  ["SELECT Name FROM Student", " ", ["does_not_parse"], "The prediction is empty."],
  [
    "SELECT Name FROM Student",
    "SELECT Name FROM Teacher",
    ["unknown_table", "wrong_table_or_join", "wrong_column_selected"],
    "The prediction reads Teacher, which the schema does not have.",
  ],
  [
    "SELECT Name FROM Student",
    "SELECT s.salary FROM Student s",
    ["unknown_column", "wrong_column_selected"],
    "The tables that the prediction reads have no s.salary.",
  ],
  [
    "SELECT Student.Age FROM Student, Pets",
    "SELECT Age FROM Student, Pets",
    ["unknown_column", "wrong_column_selected"],
    "Age could be a column of Student and Pets.",
  ],
  [
    "SELECT Name FROM Student WHERE Age > 3 INTERSECT SELECT Name FROM Student WHERE City = 'x'",
    "SELECT Name FROM Student WHERE Age > 3 AND City = 'x'",
    ["set_operation_or_nesting"],
    "The gold has INTERSECT, the prediction no set operation.",
  ],
  [
    "SELECT Name FROM Student WHERE Age = (SELECT max(Age) FROM Student)",
    "SELECT Name FROM Student ORDER BY Age DESC LIMIT 1",
    ["set_operation_or_nesting", "ordering_or_limit"],
    "The gold has nested queries (1 in WHERE), the prediction no nested query.",
  ],
  [
    "SELECT Name FROM Student WHERE StuID IN (SELECT StuID FROM Owns)",
    "SELECT Name FROM Student JOIN Owns ON Student.StuID = Owns.StuID",
    ["set_operation_or_nesting"],
    "One query joins where the other nests, so that rows which match several times are repeated in one alone.",
  ],
  [
    "SELECT count(*) FROM Student JOIN Owns USING (StuID)",
    "SELECT count(*) FROM Student",
    ["wrong_table_or_join"],
    "The gold reads Student and Owns, the prediction Student.",
  ],
  [
    "SELECT Name FROM Student s JOIN Owns o ON s.StuID = o.StuID",
    "SELECT Name FROM Student s JOIN Owns o ON s.StuID = o.PetID",
    ["wrong_table_or_join"],
    "The gold joins on Owns.StuID = Student.StuID, the prediction joins on Owns.PetID = Student.StuID.",
  ],
  [
    "SELECT Name FROM Student s JOIN Owns o ON s.StuID = o.StuID",
    "SELECT Name FROM Student s LEFT JOIN Owns o ON s.StuID = o.StuID",
    ["wrong_table_or_join"],
    "The gold has inner joins alone, the prediction LEFT JOIN.",
  ],
  [
    "SELECT count(*) FROM Pets",
    "SELECT sum(weight) FROM Pets",
    ["wrong_aggregate", "wrong_column_selected"],
    "The gold selects count(*), the prediction sum(Pets.weight).",
  ],
  [
    "SELECT max(Age) FROM Student",
    "SELECT min(Age) FROM Student",
    ["wrong_aggregate"],
    "The gold selects max(Student.Age), the prediction min(Student.Age).",
  ],
  [
    "SELECT Name FROM Student WHERE Age > (SELECT avg(Age) FROM Student)",
    "SELECT Name FROM Student WHERE Age > (SELECT max(Age) FROM Student)",
    ["wrong_aggregate"],
    "In the nested query: The gold selects avg(Student.Age), the prediction max(Student.Age).",
  ],
  [
    "SELECT Name FROM Student",
    "SELECT Name, Age FROM Student",
    ["extra_or_missing_column"],
    "The prediction selects Student.Age too, which the gold does not.",
  ],
  [
    "SELECT Name, City FROM Student",
    "SELECT Name FROM Student",
    ["extra_or_missing_column"],
    "The prediction does not select Student.City.",
  ],
  [
    "SELECT Name FROM Student",
    "SELECT * FROM Student",
    ["extra_or_missing_column"],
    "The gold selects Student.Name, the prediction *.",
  ],
  [
    "SELECT Name FROM Student",
    "SELECT City FROM Student",
    ["wrong_column_selected"],
    "The gold selects Student.Name, the prediction Student.City.",
  ],
  [
    "SELECT Name FROM Student WHERE City = 'x'",
    "SELECT Name FROM Student WHERE Name = 'x'",
    ["wrong_filter_column"],
    "The gold requires Student.City = 'x', the prediction Student.Name = 'x'.",
  ],
  [
    "SELECT Name FROM Student WHERE City = 'x' AND Age > 3",
    "SELECT Name FROM Student WHERE City = 'x'",
    ["wrong_filter_column"],
    "The prediction lacks the condition Student.Age > 3.",
  ],
  [
    "SELECT Name FROM Student WHERE Age > 3",
    "SELECT Name FROM Student WHERE Age >= 3",
    ["wrong_operator"],
    "The gold requires Student.Age > 3, the prediction Student.Age >= 3.",
  ],
  [
    "SELECT Name FROM Student WHERE Age > 3 AND City = 'x'",
    "SELECT Name FROM Student WHERE Age > 3 OR City = 'x'",
    ["wrong_operator"],
    "Student.Age > 3 is a condition that must hold in the gold and one choice of several in the prediction.",
  ],
  [
    "SELECT Name FROM Student WHERE City = 'Paris'",
    'SELECT Name FROM Student WHERE City = "paris"',
    ["wrong_value"],
    "The gold requires Student.City = 'Paris', the prediction Student.City = 'paris'.",
  ],
  [
    "SELECT City FROM Student GROUP BY City HAVING count(*) > 2",
    "SELECT City FROM Student GROUP BY City HAVING count(*) >= 2",
    ["grouping_or_having"],
    "The gold requires count(*) > 2, the prediction count(*) >= 2.",
  ],
  [
    "SELECT City, count(*) FROM Student GROUP BY City",
    "SELECT City, count(*) FROM Student",
    ["grouping_or_having"],
    "The gold groups by Student.City, the prediction does not group.",
  ],
  [
    "SELECT City FROM Student GROUP BY City HAVING avg(Age) > 9",
    "SELECT City FROM Student WHERE Age > 9 GROUP BY City",
    ["grouping_or_having"],
    "The gold has avg(Student.Age) > 9 in HAVING, the prediction Student.Age > 9 in WHERE.",
  ],
  [
    "SELECT Name FROM Student ORDER BY Age DESC LIMIT 1",
    "SELECT Name FROM Student ORDER BY Age LIMIT 1",
    ["ordering_or_limit"],
    "The gold has ORDER BY Student.Age DESC LIMIT 1, the prediction ORDER BY Student.Age LIMIT 1.",
  ],
  [
    "SELECT Name FROM Student ORDER BY Age LIMIT 3",
    "SELECT Name FROM Student",
    ["ordering_or_limit"],
    "The gold has ORDER BY Student.Age LIMIT 3, the prediction no order and no limit.",
  ],
  [
    "SELECT DISTINCT Name FROM Student",
    "SELECT Name FROM Student",
    ["distinct"],
    "The gold has DISTINCT, the prediction has no DISTINCT.",
  ],
  [
    "SELECT count(DISTINCT City) FROM Student",
    "SELECT count(City) FROM Student",
    ["distinct"],
    "The gold selects count(DISTINCT Student.City), the prediction count(Student.City).",
  ],
];
