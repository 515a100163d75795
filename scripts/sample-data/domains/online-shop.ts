import { category, combine, type Domain, date, id, integer, named, real, refers, table } from "../domain.js";
import { people } from "./names.js";

export const onlineShop: Domain = {
  id: "online_shop",
  split: "train",
  tables: [
    table(
      "customer",
      ["customer", "customers"],
      22,
      [
        id("cust_id"),
        named("cust_name", "name", people(445, 22)),
        category("country", "country", ["Poland", "Germany", "Austria", "Italy"], { eq: ["from {v}"] }),
        date("signup_date", "signup date", "2019-01-15", "2023-12-20", {
          over: ["who signed up after {v}"],
          under: ["who signed up before {v}"],
        }),
      ],
      { people: true },
    ),
    table("supplier", ["supplier", "suppliers"], 7, [
      id("supp_id"),
      named("supp_name", "name", [
        "Alpina Goods",
        "Brightware",
        "Corex",
        "Delta Supply",
        "Evergreen",
        "Fenwick",
        "Gemini Trade",
      ]),
      category("country", "country", ["Germany", "Italy", "Turkey"], { eq: ["from {v}", "based in {v}"] }),
    ]),
    table("item", ["item", "items"], 34, [
      id("item_id"),
      named(
        "item_name",
        "name",
        combine(
          ["Desk", "Travel", "Garden", "Kitchen", "Smart", "Pocket"],
          ["Lamp", "Mug", "Clock", "Radio", "Scale", "Mirror"],
        ),
      ),
      refers("supp_id", "supplier", "supplied by", { has: "supplied" }),
      category("category", "category", ["Home", "Electronics", "Outdoor", "Office"], { eq: ["in the {v} category"] }),
      real(
        "unit_price",
        "unit price",
        4,
        140,
        {
          most: "most expensive",
          least: "cheapest",
          over: ["costing more than {v}"],
          under: ["costing less than {v}"],
          sum: true,
        },
        0.5,
      ),
      integer(
        "weight_g",
        "weight",
        50,
        4200,
        {
          most: "heaviest",
          least: "lightest",
          nulls: 0.08,
          sum: true,
          over: ["weighing more than {v}"],
          under: ["weighing less than {v}"],
        },
        10,
      ),
    ]),
    table("purchase", ["purchase", "purchases"], 58, [
      id("purchase_id"),
      refers("cust_id", "customer", "made by", { has: "made", unused: 4 }),
      refers("item_id", "item", "of", { unused: 5 }),
      integer("qty", "quantity", 1, 9, { plural: "quantities", sum: true }),
      date("purchase_date", "purchase date", "2023-03-01", "2024-05-31"),
    ]),
  ],
};
