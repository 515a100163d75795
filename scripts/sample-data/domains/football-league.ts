import { category, combine, type Domain, date, id, integer, named, refers, table, year } from "../domain.js";
import { people } from "./names.js";

export const footballLeague: Domain = {
  id: "football_league",
  split: "train",
  tables: [
    table("team", ["team", "teams"], 10, [
      id("tid"),
      named(
        "tname",
        "team name",
        combine(["Northgate", "Riverside", "Eastfield", "Kingsway", "Millbrook"], ["Rovers", "United", "Athletic"]),
      ),
      category("town", "town", ["Preston", "Durham", "Lincoln", "Exeter"], { eq: ["from {v}", "based in {v}"] }),
      year("founded_yr", "founding year", 1884, 1968, { over: ["founded after {v}"], under: ["founded before {v}"] }),
    ]),
    table(
      "player",
      ["player", "players"],
      45,
      [
        id("pid"),
        named("pname", "player name", people(150, 45)),
        refers("tid", "team", "of", {}),
        category("pos", "position", ["Defender", "Midfielder", "Forward", "Goalkeeper"], {
          eq: ["playing in the {v} position", "who play as {v}"],
        }),
        integer("goals", "number of goals", 0, 24, { noun: "goals", sum: true }),
        integer("age", "age", 17, 36, {
          most: "oldest",
          least: "youngest",
          over: ["older than {v}"],
          under: ["younger than {v}"],
        }),
      ],
      { people: true },
    ),
    table("injury", ["injury", "injuries"], 20, [
      id("iid"),
      refers("pid", "player", "suffered by", { has: "suffered", unused: 30 }),
      category("body_part", "body part", ["Knee", "Ankle", "Shoulder", "Thigh"], { eq: ["of the {v}"] }),
      date("inj_date", "injury date", "2023-08-01", "2024-05-20"),
      integer("weeks_out", "number of weeks out", 1, 26, { nulls: 0.1, sum: true, plural: "numbers of weeks out" }),
    ]),
  ],
};
