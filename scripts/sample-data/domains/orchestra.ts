import { category, combine, type Domain, date, id, integer, named, refers, table, year } from "../domain.js";
import { people } from "./names.js";

export const orchestra: Domain = {
  id: "orchestra",
  split: "test",
  tables: [
    table(
      "Musician",
      ["musician", "musicians"],
      30,
      [
        id("musician_id"),
        named("musician_name", "name", people(760, 30)),
        category("instrument", "instrument", ["Violin", "Cello", "Flute", "Horn", "Oboe"], {
          eq: ["who play the {v}", "playing the {v}"],
        }),
        year("joined_year", "joining year", 1996, 2023, {
          over: ["who joined after {v}"],
          under: ["who joined before {v}"],
        }),
        integer(
          "salary",
          "salary",
          36000,
          74000,
          {
            most: "best paid",
            least: "worst paid",
            over: ["earning more than {v}"],
            under: ["earning less than {v}"],
            sum: true,
          },
          250,
        ),
      ],
      { people: true },
    ),
    table(
      "Composer",
      ["composer", "composers"],
      10,
      [
        id("composer_id"),
        named("composer_name", "name", people(795, 10)),
        category("country", "country", ["Finland", "Hungary", "Estonia"], { eq: ["from {v}"] }),
        year("birth_year", "birth year", 1685, 1951, { over: ["born after {v}"], under: ["born before {v}"] }),
      ],
      { people: true },
    ),
    table("Work", ["work", "works"], 26, [
      id("work_id"),
      named(
        "work_title",
        "title",
        combine(
          ["Spring", "Northern", "Pastoral", "Heroic", "Little"],
          ["Symphony", "Suite", "Overture", "Serenade", "Concerto", "Elegy"],
        ),
      ),
      refers("composer_id", "Composer", "composed by", { has: "composed" }),
      integer("duration", "duration", 6, 74, { most: "longest", least: "shortest", sum: true }),
      integer("movements", "number of movements", 1, 6, { noun: "movements", sum: true, nulls: 0.08 }),
    ]),
    table("Concert", ["concert", "concerts"], 40, [
      id("concert_id"),
      refers("work_id", "Work", "featuring", { unused: 5 }),
      category("venue", "venue", ["Town Hall", "Cathedral", "Arena", "Old Mill"], { eq: ["held at {v}"] }),
      date("concert_date", "concert date", "2023-09-15", "2024-06-20", {
        over: ["held after {v}"],
        under: ["held before {v}"],
      }),
      integer("attendance", "attendance", 90, 1400, { sum: true, most: "best attended", least: "worst attended" }, 5),
    ]),
  ],
};
