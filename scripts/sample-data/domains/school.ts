import { category, type Domain, id, integer, named, refers, table, year } from "../domain.js";
import { people } from "./names.js";

export const school: Domain = {
  id: "school",
  split: "train",
  tables: [
    table(
      "Teachers",
      ["teacher", "teachers"],
      9,
      [
        id("Teacher_ID"),
        named("Teacher_Name", "name", people(225, 9)),
        category("Department", "department", ["Science", "Arts", "Languages"], { eq: ["in the {v} department"] }),
        integer(
          "Salary",
          "salary",
          31000,
          58000,
          {
            most: "best paid",
            least: "worst paid",
            over: ["earning more than {v}"],
            under: ["earning less than {v}"],
            sum: true,
          },
          500,
        ),
      ],
      { people: true },
    ),
    table("Courses", ["course", "courses"], 14, [
      id("Course_ID"),
      named("Course_Title", "title", [
        "Algebra",
        "Biology",
        "Chemistry",
        "Drawing",
        "French",
        "Geography",
        "Italian",
        "Music",
        "Physics",
        "Poetry",
        "Sculpture",
        "Spanish",
        "Statistics",
        "World History",
      ]),
      refers("Teacher_ID", "Teachers", "taught by", { has: "taught" }),
      integer("Credits", "number of credits", 2, 8, { noun: "credits", sum: true }),
      category("Room", "room", ["A1", "A2", "B1", "Lab"], { eq: ["held in room {v}"] }),
    ]),
    table(
      "Students",
      ["student", "students"],
      30,
      [
        id("Student_ID"),
        named("Student_Name", "name", people(240, 30)),
        category("Town", "town", ["Calder", "Lowick", "Marden", "Penrith"], { eq: ["from {v}", "living in {v}"] }),
        year("Birth_Year", "birth year", 2004, 2010, { over: ["born after {v}"], under: ["born before {v}"] }),
      ],
      { people: true },
    ),
    table(
      "Enrolments",
      ["enrolment", "enrolments"],
      60,
      [
        refers("Student_ID", "Students", "of", { unused: 2 }),
        refers("Course_ID", "Courses", "in"),
        integer("Grade", "grade", 45, 100, { nulls: 0.1 }),
      ],
      {
        links: [
          { from: "Students", to: "Courses", phrase: "enrolled in" },
          { from: "Courses", to: "Students", phrase: "taken by" },
        ],
      },
    ),
  ],
};
