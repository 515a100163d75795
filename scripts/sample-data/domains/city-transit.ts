import { category, combine, type Domain, id, integer, named, refers, table, year } from "../domain.js";
import { people } from "./names.js";

export const cityTransit: Domain = {
  id: "city_transit",
  split: "train",
  tables: [
    table("transit_line", ["line", "lines"], 9, [
      id("line_id"),
      named("line_name", "name", [
        "Amber",
        "Blue",
        "Crimson",
        "Green",
        "Indigo",
        "Maroon",
        "Orange",
        "Silver",
        "Violet",
      ]),
      category("vehicle", "vehicle", ["Bus", "Tram", "Metro"], { eq: ["served by {v}"] }),
      integer("length_km", "length", 6, 42, { most: "longest", least: "shortest", sum: true }),
    ]),
    table("stop", ["stop", "stops"], 24, [
      id("stop_id"),
      named(
        "stop_name",
        "name",
        combine(["Market", "Castle", "Bridge", "Harbor", "Temple"], ["Square", "Gate", "Road", "Terrace", "Park"]),
      ),
      category("zone", "zone", ["A", "B", "C"], { eq: ["in zone {v}"] }),
      year("opened_year", "opening year", 1955, 2020, { over: ["opened after {v}"], under: ["opened before {v}"] }),
      integer(
        "daily_riders",
        "number of daily riders",
        120,
        8600,
        { noun: "daily riders", most: "busiest", least: "quietest", nulls: 0.08, sum: true },
        10,
      ),
    ]),
    table(
      "line_stop",
      ["line stop", "line stops"],
      56,
      [
        refers("line_id", "transit_line", "of", {}),
        refers("stop_id", "stop", "at", {}),
        integer("position", "position", 1, 20, {}),
      ],
      {
        links: [
          { from: "stop", to: "transit_line", phrase: "served by" },
          { from: "transit_line", to: "stop", phrase: "stopping at" },
        ],
      },
    ),
    table(
      "driver",
      ["driver", "drivers"],
      20,
      [
        id("driver_id"),
        named("driver_name", "name", people(580, 20)),
        refers("line_id", "transit_line", "working on", {}),
        integer("age", "age", 23, 63, {
          most: "oldest",
          least: "youngest",
          over: ["older than {v}"],
          under: ["younger than {v}"],
        }),
        category("shift", "shift", ["Day", "Night"], { eq: ["on the {v} shift"] }),
      ],
      { people: true },
    ),
  ],
};
