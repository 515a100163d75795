import { category, combine, type Domain, date, id, integer, named, real, refers, table, year } from "../domain.js";
import { people } from "./names.js";

export const museum: Domain = {
  id: "museum",
  split: "train",
  tables: [
    table("gallery", ["gallery", "galleries"], 8, [
      id("gallery_id"),
      named("gallery_name", "name", [
        "Amber Room",
        "East Wing",
        "Garden Hall",
        "Long Gallery",
        "Marble Room",
        "North Wing",
        "Skylight",
        "Tower Room",
      ]),
      integer("floor_no", "floor", 0, 4, { eq: ["on floor {v}"] }),
      real("area_sqm", "area", 45, 400, { most: "largest", least: "smallest", sum: true }, 2.5),
    ]),
    table(
      "painter",
      ["painter", "painters"],
      12,
      [
        id("painter_id"),
        named("painter_name", "name", people(340, 12)),
        category("nationality", "nationality", ["Dutch", "Italian", "Spanish", "Danish"], {}),
        year("born", "year of birth", 1590, 1930, { over: ["born after {v}"], under: ["born before {v}"] }),
        year("died", "year of death", 1935, 2001, {
          nulls: 0.25,
          over: ["who died after {v}"],
          under: ["who died before {v}"],
        }),
      ],
      { people: true },
    ),
    table("painting", ["painting", "paintings"], 42, [
      id("painting_id"),
      named(
        "title",
        "title",
        combine(
          ["Ships", "Horses", "Dancers", "Lemons", "Soldiers", "Children", "Fishermen"],
          ["at Dawn", "at Rest", "in Snow", "by the Sea", "in a Mirror", "under Trees"],
        ),
      ),
      refers("painter_id", "painter", "painted by", { has: "painted" }),
      refers("gallery_id", "gallery", "hanging in", {}),
      category("medium", "medium", ["Oil", "Watercolor", "Tempera"], { plural: "media", eq: ["in {v}"] }),
      integer(
        "value_usd",
        "value",
        4000,
        96000,
        {
          most: "most valuable",
          least: "least valuable",
          over: ["worth more than {v}"],
          under: ["worth less than {v}"],
          sum: true,
        },
        500,
      ),
    ]),
    table("guided_tour", ["guided tour", "guided tours"], 22, [
      id("tour_id"),
      refers("gallery_id", "gallery", "through", { unused: 2 }),
      date("tour_date", "tour date", "2024-02-01", "2024-08-30"),
      integer("guests", "number of guests", 3, 28, { noun: "guests", sum: true }),
    ]),
  ],
};
