import { category, type Domain, date, id, integer, named, real, refers, table, year } from "../domain.js";
import { people } from "./names.js";

export const charity: Domain = {
  id: "charity",
  split: "train",
  tables: [
    table(
      "Donor",
      ["donor", "donors"],
      24,
      [
        id("donor_id"),
        named("donor_name", "name", people(500, 24)),
        category("region", "region", ["North", "South", "Coast", "Capital"], { eq: ["from the {v} region"] }),
        category("donor_type", "donor type", ["Private", "Company"], { eq: ["of the type {v}"] }),
      ],
      { people: true },
    ),
    table("Project", ["project", "projects"], 10, [
      id("project_id"),
      named("project_name", "name", [
        "Clean Water",
        "Food Bank",
        "Forest Care",
        "Health Van",
        "Open School",
        "River Watch",
        "Safe Homes",
        "Solar Lights",
        "Sports for All",
        "Winter Coats",
      ]),
      category("region", "region", ["North", "Islands", "South"], { eq: ["in the {v} region"] }),
      integer("goal_amount", "goal amount", 5000, 60000, { sum: true }, 500),
      year("start_year", "start year", 2012, 2023, { over: ["started after {v}"], under: ["started before {v}"] }),
    ]),
    table("Donation", ["donation", "donations"], 58, [
      id("donation_id"),
      refers("donor_id", "Donor", "made by", { has: "made", unused: 3 }),
      refers("project_id", "Project", "for", { unused: 1 }),
      real("amount", "amount", 10, 900, { most: "largest", least: "smallest", sum: true }, 2.5),
      date("donation_date", "donation date", "2022-01-10", "2024-04-25"),
    ]),
    table(
      "Volunteer",
      ["volunteer", "volunteers"],
      20,
      [
        id("volunteer_id"),
        named("volunteer_name", "name", people(525, 20)),
        refers("project_id", "Project", "working on"),
        integer("hours", "number of hours", 4, 160, { noun: "hours", nulls: 0.1, sum: true }, 2),
      ],
      { people: true },
    ),
  ],
};
