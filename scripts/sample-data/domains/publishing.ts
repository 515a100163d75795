import { category, combine, type Domain, date, id, integer, named, refers, table } from "../domain.js";
import { people } from "./names.js";

export const publishing: Domain = {
  id: "publishing",
  split: "train",
  tables: [
    table(
      "Editor",
      ["editor", "editors"],
      8,
      [
        id("EditorKey"),
        named("EditorName", "name", people(640, 8)),
        category("Desk", "desk", ["Politics", "Sports", "Culture", "Travel"], { eq: ["on the {v} desk"] }),
      ],
      { people: true },
    ),
    table("Magazine", ["magazine", "magazines"], 8, [
      id("MagazineKey"),
      named("MagazineTitle", "title", [
        "City Week",
        "Deep Sea",
        "Field Notes",
        "Home Craft",
        "Market Eye",
        "Open Air",
        "Sound Check",
        "Young Minds",
      ]),
      integer("Circulation", "circulation", 4000, 90000, { most: "most read", least: "least read", sum: true }, 500),
      integer("CoverPrice", "cover price", 2, 15, { most: "most expensive", least: "cheapest" }),
    ]),
    table("Article", ["article", "articles"], 50, [
      id("ArticleKey"),
      named(
        "Headline",
        "headline",
        combine(
          ["Why Cities", "How Farmers", "When Players", "Where Artists", "What Voters"],
          ["Change", "Wait", "Return", "Struggle", "Win", "Travel", "Dream", "Argue", "Build", "Leave"],
        ),
      ),
      refers("EditorKey", "Editor", "edited by", { has: "edited" }),
      refers("MagazineKey", "Magazine", "in", {}),
      integer("WordCount", "word count", 250, 4200, { most: "longest", least: "shortest", sum: true }, 10),
      date("PublishDate", "publishing date", "2022-03-01", "2024-05-30", {
        nulls: 0.06,
        over: ["published after {v}"],
        under: ["published before {v}"],
      }),
    ]),
  ],
};
