import { category, combine, type Domain, date, id, integer, named, real, refers, table } from "../domain.js";
import { people } from "./names.js";

export const courier: Domain = {
  id: "courier",
  split: "test",
  tables: [
    table("depot", ["depot", "depots"], 7, [
      id("depot_id"),
      named("depot_name", "name", ["Anvil", "Birchwood", "Crossroads", "Dockside", "Elmhurst", "Foundry", "Gateway"]),
      category("town", "town", ["Cork", "Galway", "Sligo"], { eq: ["in {v}"] }),
      integer("floor_area", "floor area", 400, 5200, { most: "largest", least: "smallest", sum: true }, 50),
    ]),
    table(
      "courier",
      ["courier", "couriers"],
      16,
      [
        id("courier_id"),
        named("courier_name", "name", people(810, 16)),
        refers("depot_id", "depot", "based at", {}),
        category("vehicle", "vehicle", ["Van", "Bicycle", "Scooter"], { eq: ["with the vehicle {v}"] }),
        date("hire_date", "hire date", "2015-02-01", "2024-01-31", {
          over: ["hired after {v}"],
          under: ["hired before {v}"],
        }),
      ],
      { people: true },
    ),
    table("sender", ["sender", "senders"], 18, [
      id("sender_id"),
      named(
        "sender_name",
        "name",
        combine(["Amber", "Nordic", "Prime", "Harvest", "Pixel"], ["Books", "Toys", "Textiles", "Tools"]),
      ),
      category("town", "town", ["Galway", "Dublin", "Limerick", "Sligo"], { eq: ["from {v}"] }),
    ]),
    table("parcel", ["parcel", "parcels"], 56, [
      id("parcel_id"),
      named(
        "tracking_code",
        "tracking code",
        Array.from({ length: 70 }, (_, i) => `PX${2011 + 37 * i}`),
      ),
      refers("sender_id", "sender", "sent by", { has: "sent", unused: 3 }),
      refers("courier_id", "courier", "delivered by", { has: "delivered" }),
      real(
        "weight_kg",
        "weight",
        0.5,
        30,
        {
          most: "heaviest",
          least: "lightest",
          sum: true,
          over: ["weighing more than {v}", "heavier than {v}"],
          under: ["weighing less than {v}", "lighter than {v}"],
        },
        0.25,
      ),
      real("postage", "postage", 3, 48, { plural: "postage", sum: true }, 0.25),
      date("sent_date", "sending date", "2024-01-08", "2024-07-12", { nulls: 0.07 }),
    ]),
  ],
};
