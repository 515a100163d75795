import { category, combine, type Domain, date, id, integer, named, real, refers, table, year } from "../domain.js";

export const coffeeRoaster: Domain = {
  id: "coffee_roaster",
  split: "test",
  tables: [
    table("growers", ["grower", "growers"], 10, [
      id("grower_id"),
      named("grower_name", "name", [
        "Alto Verde",
        "Bella Vista",
        "Cerro Azul",
        "Finca Sol",
        "Hacienda Roja",
        "La Palma",
        "Monte Claro",
        "Rio Negro",
        "Santa Lucia",
        "Tres Pinos",
      ]),
      category("country", "country", ["Colombia", "Ethiopia", "Peru", "Rwanda"], { eq: ["from {v}"] }),
      integer("altitude", "altitude", 900, 2200, {}, 10),
      year("since_year", "starting year", 1965, 2014, {}),
    ]),
    table("coffees", ["coffee", "coffees"], 28, [
      id("coffee_id"),
      named(
        "coffee_name",
        "name",
        combine(
          ["Sunrise", "Velvet", "Monsoon", "Cloud", "Ember"],
          ["Blend", "Reserve", "Espresso", "Gold", "Filter", "Peaberry"],
        ),
      ),
      refers("grower_id", "growers", "grown by", { has: "grew" }),
      category("roast", "roast", ["Light", "Medium", "Dark"], { eq: ["with a {v} roast"] }),
      real(
        "price_per_kg",
        "price per kilo",
        14,
        62,
        { plural: "prices per kilo", most: "most expensive", least: "cheapest" },
        0.5,
      ),
      integer("score", "score", 70, 96, {
        most: "best scored",
        least: "worst scored",
        nulls: 0.1,
        over: ["scoring above {v}"],
        under: ["scoring below {v}"],
      }),
    ]),
    table("cafes", ["cafe", "cafes"], 14, [
      id("cafe_id"),
      named("cafe_name", "name", combine(["Corner", "Little", "Blue", "Garden"], ["Bean", "Cup", "Kettle", "Spoon"])),
      category("country", "country", ["Portugal", "Peru", "Colombia", "Greece"], { eq: ["in {v}"] }),
      integer("tables_count", "number of tables", 4, 30, { noun: "tables", sum: true }),
    ]),
    table("deliveries", ["delivery", "deliveries"], 56, [
      id("delivery_id"),
      refers("coffee_id", "coffees", "of", { unused: 4 }),
      refers("cafe_id", "cafes", "to", { has: "received", unused: 2 }),
      date("delivered_on", "delivery date", "2023-10-01", "2024-06-30"),
      integer("kilos", "number of kilos", 2, 50, { noun: "kilos", most: "largest", least: "smallest", sum: true }),
    ]),
  ],
};
