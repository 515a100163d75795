import { category, combine, type Domain, id, integer, named, real, refers, table, year } from "../domain.js";

export const brewery: Domain = {
  id: "brewery",
  split: "train",
  tables: [
    table("Brewers", ["brewer", "brewers"], 9, [
      id("BrewerNo", "brewer number"),
      named("BrewerName", "name", [
        "Anchor Hill",
        "Black Barn",
        "Cloudtop",
        "Dry Creek",
        "Eastmoor",
        "Five Wells",
        "Grayling",
        "Hopfield",
        "Ironwood",
      ]),
      category("Country", "country", ["Belgium", "England", "Czechia"], { eq: ["from {v}"] }),
      year("Founded", "founding year", 1790, 2015, { over: ["founded after {v}"], under: ["founded before {v}"] }),
    ]),
    table("Beers", ["beer", "beers"], 28, [
      id("BeerNo", "beer number"),
      named(
        "BeerName",
        "name",
        combine(["Old", "Foggy", "Lucky", "Royal", "Hazy"], ["Badger", "Monk", "Anvil", "Comet", "Ferry", "Goose"]),
      ),
      refers("BrewerNo", "Brewers", "brewed by", { has: "brewed" }),
      category("Style", "style", ["Lager", "Stout", "Pale Ale", "Porter"], { eq: ["in the {v} style"] }),
      real(
        "Abv",
        "alcohol content",
        3,
        11,
        { most: "strongest", least: "weakest", over: ["stronger than {v}"], under: ["weaker than {v}"] },
        0.25,
      ),
      integer("Bitterness", "bitterness", 8, 90, {
        plural: "bitterness values",
        nulls: 0.1,
        most: "most bitter",
        least: "least bitter",
      }),
    ]),
    table("Pubs", ["pub", "pubs"], 12, [
      id("PubNo", "pub number"),
      named("PubName", "name", combine(["Golden", "Running", "Jolly"], ["Lion", "Fox", "Sailor", "Miller"])),
      category("Country", "country", ["England", "Scotland", "Belgium"], { eq: ["in {v}"] }),
      integer("Tables", "number of tables", 6, 40, { noun: "tables", sum: true }),
    ]),
    table(
      "Serves",
      ["serving", "servings"],
      52,
      [
        refers("PubNo", "Pubs", "in", {}),
        refers("BeerNo", "Beers", "of", { unused: 3 }),
        real("Price", "price", 2.5, 9, { sum: true }, 0.25),
      ],
      {
        links: [
          { from: "Beers", to: "Pubs", phrase: "served in" },
          { from: "Pubs", to: "Beers", phrase: "serving" },
        ],
      },
    ),
  ],
};
