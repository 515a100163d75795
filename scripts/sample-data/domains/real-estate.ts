import { category, combine, type Domain, date, id, integer, named, refers, table, year } from "../domain.js";
import { people } from "./names.js";

export const realEstate: Domain = {
  id: "real_estate",
  split: "train",
  tables: [
    table(
      "agent",
      ["agent", "agents"],
      8,
      [
        id("agent_id"),
        named("agent_name", "name", people(385, 8)),
        category("office_city", "city", ["Denver", "Boulder", "Aurora"], { eq: ["working in {v}"] }),
        integer("commission", "commission", 2, 7, {}),
      ],
      { people: true },
    ),
    table("property", ["property", "properties"], 36, [
      id("property_id"),
      named(
        "address",
        "address",
        combine(
          ["12", "27", "48", "63", "85", "104"],
          ["Elm Street", "Lake Road", "Mill Lane", "Park Avenue", "Hill Drive", "Pine Court"],
        ),
      ),
      category("city", "city", ["Denver", "Aurora", "Golden", "Boulder"], { eq: ["in {v}"] }),
      refers("agent_id", "agent", "listed by", { has: "listed" }),
      integer("bedrooms", "number of bedrooms", 1, 6, { noun: "bedrooms", sum: true }),
      integer(
        "list_price",
        "list price",
        140000,
        990000,
        {
          most: "most expensive",
          least: "cheapest",
          over: ["listed for more than {v}"],
          under: ["listed for less than {v}"],
          sum: true,
        },
        5000,
      ),
      year("year_built", "year built", 1925, 2022, {
        plural: "years built",
        nulls: 0.08,
        most: "newest",
        least: "oldest",
        over: ["built after {v}"],
        under: ["built before {v}"],
      }),
    ]),
    table("viewing", ["viewing", "viewings"], 46, [
      id("viewing_id"),
      refers("property_id", "property", "of", { unused: 8 }),
      named("visitor", "visitor", people(395, 46)),
      date("viewing_date", "viewing date", "2023-09-01", "2024-06-15"),
      category("feedback", "feedback", ["Positive", "Neutral", "Negative"], { plural: "feedback", nulls: 0.15 }),
    ]),
  ],
};
