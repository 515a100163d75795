import { category, combine, type Domain, date, id, integer, named, real, refers, table, year } from "../domain.js";
import { people } from "./names.js";

export const skiResort: Domain = {
  id: "ski_resort",
  split: "train",
  tables: [
    table("resorts", ["resort", "resorts"], 9, [
      id("resort_id"),
      named("resort_name", "name", [
        "Alpenrose",
        "Bear Peak",
        "Cold Spring",
        "Deer Run",
        "Edelberg",
        "Firn",
        "Glacier View",
        "Hohenfels",
        "Ice Valley",
      ]),
      category("canton", "canton", ["Valais", "Uri", "Bern"], { eq: ["in {v}"] }),
      real("day_pass", "day pass price", 32, 98, { most: "most expensive", least: "cheapest" }, 0.5),
    ]),
    table("lifts", ["lift", "lifts"], 24, [
      id("lift_id"),
      named(
        "lift_name",
        "name",
        combine(["Summit", "Valley", "Forest", "Ridge", "Sunrise"], ["Express", "Chair", "Gondola", "Link", "Shuttle"]),
      ),
      refers("resort_id", "resorts", "at", {}),
      integer("capacity", "capacity", 600, 3200, { sum: true }, 50),
      year("installed", "installation year", 1968, 2021, {
        most: "newest",
        least: "oldest",
        over: ["installed after {v}"],
        under: ["installed before {v}"],
      }),
    ]),
    table(
      "instructors",
      ["instructor", "instructors"],
      18,
      [
        id("instructor_id"),
        named("instructor_name", "name", people(620, 18)),
        refers("resort_id", "resorts", "employed at", {}),
        category("sport", "sport", ["Skiing", "Snowboard", "Telemark"], { eq: ["teaching {v}"] }),
        real("rate_per_hour", "rate per hour", 40, 110, { plural: "rates per hour", nulls: 0.1 }, 2.5),
      ],
      { people: true },
    ),
    table("lessons", ["lesson", "lessons"], 48, [
      id("lesson_id"),
      refers("instructor_id", "instructors", "given by", { has: "gave", unused: 3 }),
      date("lesson_date", "lesson date", "2023-12-10", "2024-04-02"),
      integer("pupils", "number of pupils", 1, 12, { noun: "pupils", sum: true }),
    ]),
  ],
};
