import { category, type Domain, date, id, integer, named, real, refers, table, year } from "../domain.js";
import { people } from "./names.js";

export const hotel: Domain = {
  id: "hotel",
  split: "test",
  tables: [
    table("hotel", ["hotel", "hotels"], 9, [
      id("hotel_id"),
      named("hotel_name", "name", [
        "Astoria",
        "Bellevue",
        "Corona",
        "Dorchester",
        "Excelsior",
        "Fontana",
        "Grand Pacific",
        "Imperial",
        "Majestic",
      ]),
      category("city", "city", ["Nice", "Lyon", "Lille", "Nantes"], { eq: ["in {v}", "located in {v}"] }),
      integer("stars", "number of stars", 2, 5, { noun: "stars" }),
      year("opened", "opening year", 1902, 2018, { over: ["opened after {v}"], under: ["opened before {v}"] }),
    ]),
    table("room", ["room", "rooms"], 44, [
      id("room_id"),
      refers("hotel_id", "hotel", "in", {}),
      named(
        "room_code",
        "room code",
        Array.from({ length: 60 }, (_, i) => `${"ABC"[i % 3]}${101 + i * 3}`),
      ),
      category("room_type", "room type", ["Single", "Double", "Suite", "Family"], { eq: ["of the type {v}"] }),
      real(
        "rate",
        "rate",
        45,
        380,
        {
          most: "most expensive",
          least: "cheapest",
          over: ["costing more than {v}"],
          under: ["costing less than {v}"],
        },
        2.5,
      ),
    ]),
    table(
      "guest",
      ["guest", "guests"],
      26,
      [
        id("guest_id"),
        named("guest_name", "name", people(700, 26)),
        category("city", "city", ["Lyon", "Geneva", "Turin", "Lille"], { eq: ["from {v}"] }),
        year("birth_year", "birth year", 1945, 2002, { over: ["born after {v}"], under: ["born before {v}"] }),
      ],
      { people: true },
    ),
    table("stay", ["stay", "stays"], 52, [
      id("stay_id"),
      refers("room_id", "room", "in", { unused: 9 }),
      refers("guest_id", "guest", "booked by", { has: "booked", unused: 3 }),
      date("check_in", "check-in date", "2023-05-01", "2024-05-31"),
      integer("nights", "number of nights", 1, 14, { noun: "nights", most: "longest", least: "shortest", sum: true }),
    ]),
  ],
};
