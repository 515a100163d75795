import { category, combine, type Domain, date, id, integer, named, real, refers, table, year } from "../domain.js";

export const airline: Domain = {
  id: "airline",
  split: "train",
  tables: [
    table("airport", ["airport", "airports"], 12, [
      id("airport_id"),
      named("airport_name", "name", [
        "Alder Field",
        "Bayview",
        "Cedar Point",
        "Dunmore",
        "Eagle Rock",
        "Fairhaven",
        "Granite Bay",
        "Highland",
        "Isla Verde",
        "Juniper",
        "Kestrel",
        "Larkspur",
      ]),
      category("country", "country", ["Spain", "Norway", "Chile", "Mexico"], { eq: ["in {v}"] }),
      integer("elevation", "elevation", 5, 2400, { most: "highest", least: "lowest", nulls: 0.08 }, 5),
    ]),
    table("aircraft", ["aircraft", "aircraft"], 10, [
      id("aircraft_id"),
      named("tail_code", "tail code", combine(["NX", "QT", "ZL"], ["201", "318", "455", "690"])),
      category("maker", "maker", ["Airbus", "Boeing", "Embraer"], { eq: ["built by {v}"] }),
      integer("seat_count", "seat count", 70, 340, { sum: true, most: "largest", least: "smallest" }, 2),
      year("built_year", "year built", 1999, 2021, {
        plural: "years built",
        over: ["built after {v}"],
        under: ["built before {v}"],
      }),
    ]),
    table("flight", ["flight", "flights"], 50, [
      id("flight_id"),
      named(
        "flight_no",
        "flight number",
        combine(
          ["SV", "SW"],
          Array.from({ length: 25 }, (_, i) => String(104 + 17 * i)),
        ),
      ),
      refers("airport_id", "airport", "leaving from", {}),
      refers("aircraft_id", "aircraft", "operated with", {}),
      date("departure_date", "departure date", "2024-01-03", "2024-09-28", {
        over: ["departing after {v}"],
        under: ["departing before {v}"],
      }),
      integer("distance", "distance", 180, 6200, { most: "longest", least: "shortest", sum: true }, 10),
      real("fare", "fare", 35, 900, { most: "most expensive", least: "cheapest", nulls: 0.06 }, 0.5),
    ]),
  ],
};
