import { category, combine, type Domain, date, id, integer, named, real, refers, table } from "../domain.js";
import { people } from "./names.js";

export const restaurant: Domain = {
  id: "restaurant",
  split: "train",
  tables: [
    table(
      "Chefs",
      ["chef", "chefs"],
      7,
      [
        id("chefID"),
        named("chefName", "name", people(360, 7)),
        category("cuisine", "cuisine", ["Thai", "Greek", "Peruvian"], {}),
        integer("experienceYears", "number of years of experience", 1, 30, {
          plural: "numbers of years of experience",
          most: "most experienced",
          least: "least experienced",
        }),
      ],
      { people: true },
    ),
    table("Dishes", ["dish", "dishes"], 28, [
      id("dishID"),
      named(
        "dishName",
        "name",
        combine(
          ["Grilled", "Spicy", "Roasted", "Creamy", "Smoked"],
          ["Trout", "Lamb", "Pumpkin", "Noodles", "Aubergine", "Chicken"],
        ),
      ),
      refers("chefID", "Chefs", "created by", { has: "created" }),
      category("course", "course", ["Main", "Starter", "Dessert"], { eq: ["served as {v}"] }),
      real(
        "price",
        "price",
        5,
        38,
        {
          most: "most expensive",
          least: "cheapest",
          over: ["costing more than {v}", "priced over {v}"],
          under: ["costing less than {v}", "priced under {v}"],
          sum: true,
        },
        0.5,
      ),
      integer("spiceLevel", "spice level", 1, 5, { nulls: 0.1, most: "spiciest", least: "mildest" }),
    ]),
    table(
      "Waiters",
      ["waiter", "waiters"],
      9,
      [
        id("waiterID"),
        named("waiterName", "name", people(370, 9)),
        category("shift", "shift", ["Evening", "Lunch"], { eq: ["on the {v} shift"] }),
        date("hireDate", "hire date", "2016-05-01", "2023-11-30", {
          over: ["hired after {v}"],
          under: ["hired before {v}"],
        }),
      ],
      { people: true },
    ),
    table("Sales", ["sale", "sales"], 56, [
      id("saleID"),
      refers("dishID", "Dishes", "of", { unused: 4 }),
      refers("waiterID", "Waiters", "made by", { has: "made" }),
      date("saleDate", "sale date", "2024-03-01", "2024-07-31"),
      integer("portions", "number of portions", 1, 12, { noun: "portions", sum: true }),
    ]),
  ],
};
