import { category, combine, type Domain, date, id, integer, named, real, refers, table } from "../domain.js";
import { people } from "./names.js";

export const bakery: Domain = {
  id: "bakery",
  split: "train",
  tables: [
    table("products", ["product", "products"], 24, [
      id("id"),
      named(
        "name",
        "name",
        combine(["Rye", "Almond", "Lemon", "Cherry", "Butter", "Walnut"], ["Loaf", "Tart", "Bun", "Roll", "Biscuit"]),
      ),
      category("kind", "kind", ["Bread", "Cake", "Pastry", "Cookie"], { eq: ["of the kind {v}"] }),
      real("price", "price", 1, 18, {
        most: "most expensive",
        least: "cheapest",
        over: ["costing over {v}", "priced above {v}"],
        under: ["costing under {v}", "priced below {v}"],
        sum: true,
      }),
      integer("calories", "number of calories", 120, 560, { noun: "calories" }, 10),
    ]),
    table(
      "customers",
      ["customer", "customers"],
      18,
      [
        id("id"),
        named("name", "name", people(130, 18)),
        category("district", "district", ["Harbor", "Old Town", "Hillside"], {
          eq: ["from the {v} district", "living in {v}"],
        }),
        integer("points", "number of points", 5, 400, { noun: "points", nulls: 0.12, sum: true }, 5),
      ],
      { people: true },
    ),
    table("orders", ["order", "orders"], 48, [
      id("id"),
      refers("customer_id", "customers", "placed by", { has: "placed", unused: 3 }),
      refers("product_id", "products", "for"),
      integer("quantity", "quantity", 1, 30, { most: "largest", least: "smallest", sum: true }),
      date("order_date", "order date", "2023-01-05", "2024-02-25", {
        over: ["placed after {v}"],
        under: ["placed before {v}"],
      }),
    ]),
  ],
};
