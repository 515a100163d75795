import { category, combine, type Domain, date, id, integer, named, real, refers, table, year } from "../domain.js";
import { people } from "./names.js";

export const library: Domain = {
  id: "library",
  split: "train",
  tables: [
    table(
      "author",
      ["author", "authors"],
      14,
      [
        id("author_id"),
        named("name", "name", people(0, 14)),
        category("country", "country", ["France", "Japan", "Brazil", "Canada", "Kenya"], { eq: ["from {v}"] }),
        year("birth_year", "birth year", 1921, 1989, { over: ["born after {v}"], under: ["born before {v}"] }),
      ],
      { people: true },
    ),
    table("book", ["book", "books"], 40, [
      id("book_id"),
      named(
        "title",
        "title",
        combine(
          ["Silent", "Paper", "Winter", "Golden", "Broken", "Distant", "Hidden"],
          ["River", "Garden", "Letters", "Lighthouse", "Harvest", "Orchard", "Mirror"],
        ),
      ),
      refers("author_id", "author", "written by", { has: "wrote" }),
      category("genre", "genre", ["Mystery", "Fantasy", "Biography", "Poetry", "History"], {
        eq: ["in the {v} genre"],
      }),
      integer("pages", "number of pages", 90, 780, { noun: "pages", most: "longest", least: "shortest", sum: true }, 5),
      real("price", "price", 6, 34, {
        most: "most expensive",
        least: "cheapest",
        over: ["costing more than {v}"],
        under: ["costing less than {v}"],
        sum: true,
      }),
    ]),
    table(
      "member",
      ["member", "members"],
      24,
      [
        id("member_id"),
        named("name", "name", people(40, 24)),
        category("city", "city", ["Leeds", "Bath", "York", "Derby"], { eq: ["from {v}", "living in {v}"] }),
        date("join_date", "join date", "2018-01-10", "2023-06-30", {
          over: ["who joined after {v}"],
          under: ["who joined before {v}"],
        }),
      ],
      { people: true },
    ),
    table("loan", ["loan", "loans"], 55, [
      id("loan_id"),
      refers("book_id", "book", "of"),
      refers("member_id", "member", "made by", { has: "made", unused: 5 }),
      date("loan_date", "loan date", "2023-01-02", "2024-03-20"),
      integer("fine", "fine", 1, 30, { nulls: 0.4, sum: true }),
    ]),
  ],
};
