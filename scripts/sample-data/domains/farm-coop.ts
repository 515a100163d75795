import { category, combine, type Domain, date, id, integer, named, real, refers, table, year } from "../domain.js";
import { people } from "./names.js";

export const farmCoop: Domain = {
  id: "farm_coop",
  split: "train",
  tables: [
    table("farms", ["farm", "farms"], 12, [
      id("farm_id"),
      named("farm_name", "name", combine(["Sunny", "Oak", "Stone", "Willow"], ["Acres", "Hollow", "Meadow", "Ridge"])),
      named("owner", "owner", people(275, 12)),
      category("county", "county", ["Adair", "Boone", "Clark"], { eq: ["in {v} county"] }),
      integer("hectares", "number of hectares", 12, 240, {
        noun: "hectares",
        most: "largest",
        least: "smallest",
        sum: true,
      }),
    ]),
    table("crops", ["crop", "crops"], 9, [
      id("crop_id"),
      named("crop_name", "name", [
        "Barley",
        "Carrots",
        "Maize",
        "Oats",
        "Peas",
        "Potatoes",
        "Rye",
        "Soybeans",
        "Wheat",
      ]),
      category("season", "season", ["Spring", "Summer", "Autumn"], { eq: ["grown in {v}"] }),
      real(
        "price_per_ton",
        "price per ton",
        90,
        520,
        { plural: "prices per ton", most: "most valuable", least: "cheapest" },
        2.5,
      ),
    ]),
    table("harvests", ["harvest", "harvests"], 50, [
      id("harvest_id"),
      refers("farm_id", "farms", "from", {}),
      refers("crop_id", "crops", "of", { unused: 2 }),
      date("harvest_date", "harvest date", "2022-06-01", "2024-10-15"),
      real("tons", "number of tons", 2, 88, { noun: "tons", most: "largest", least: "smallest", sum: true }, 0.5),
      category("quality", "quality", ["Good", "Fair", "Excellent"], { plural: "qualities", nulls: 0.1 }),
    ]),
    table("tractors", ["tractor", "tractors"], 16, [
      id("tractor_id"),
      refers("farm_id", "farms", "owned by", { has: "owned", unused: 3 }),
      category("model", "model", ["Titan 50", "Titan 80", "Orca", "Bison"], { eq: ["of the model {v}"] }),
      year("bought_year", "year of purchase", 2003, 2023, { over: ["bought after {v}"], under: ["bought before {v}"] }),
    ]),
  ],
};
