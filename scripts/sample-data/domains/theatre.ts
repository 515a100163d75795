import { category, combine, type Domain, date, id, integer, named, refers, table, year } from "../domain.js";
import { people } from "./names.js";

export const theatre: Domain = {
  id: "theatre",
  split: "train",
  tables: [
    table("plays", ["play", "plays"], 14, [
      id("play_id"),
      named(
        "play_title",
        "title",
        combine(["The Glass", "The Last", "The Merry", "The Hollow"], ["Crown", "Guest", "Widow", "Forest"]),
      ),
      category("play_type", "type", ["Comedy", "Tragedy", "Musical"], { eq: ["of the type {v}"] }),
      year("written_in", "year of writing", 1880, 2020, { over: ["written after {v}"], under: ["written before {v}"] }),
    ]),
    table(
      "actors",
      ["actor", "actors"],
      24,
      [
        id("actor_id"),
        named("actor_name", "name", people(470, 24)),
        category("home_city", "home city", ["Vienna", "Prague", "Graz", "Brno"], { eq: ["from {v}"] }),
        integer("age", "age", 19, 71, {
          most: "oldest",
          least: "youngest",
          over: ["older than {v}"],
          under: ["younger than {v}"],
        }),
      ],
      { people: true },
    ),
    table(
      "roles",
      ["role", "roles"],
      50,
      [
        id("role_id"),
        refers("play_id", "plays", "in", {}),
        refers("actor_id", "actors", "played by", { has: "played", unused: 3 }),
        category("role_size", "role size", ["Supporting", "Lead", "Extra"], { eq: ["of the size {v}"] }),
        integer("line_count", "number of lines", 4, 320, { noun: "lines", sum: true }, 2),
      ],
      {
        links: [
          { from: "actors", to: "plays", phrase: "acting in" },
          { from: "plays", to: "actors", phrase: "performed by" },
        ],
      },
    ),
    table("shows", ["show", "shows"], 36, [
      id("show_id"),
      refers("play_id", "plays", "of", { unused: 2 }),
      date("show_date", "show date", "2023-09-10", "2024-06-20"),
      integer("audience", "audience", 40, 620, { sum: true, nulls: 0.06 }, 5),
    ]),
  ],
};
