import { category, combine, type Domain, date, id, integer, named, refers, table, year } from "../domain.js";
import { people } from "./names.js";

export const bikeShare: Domain = {
  id: "bike_share",
  split: "validation",
  tables: [
    table("Docks", ["dock", "docks"], 10, [
      id("DockId"),
      named("DockName", "name", combine(["Canal", "Museum", "College", "Station", "Opera"], ["East", "West", "Plaza"])),
      category("District", "district", ["Centrum", "Noord", "Zuid"], { eq: ["in the {v} district"] }),
      integer("Slots", "number of slots", 8, 44, { noun: "slots", most: "largest", least: "smallest", sum: true }),
    ]),
    table("Bikes", ["bike", "bikes"], 26, [
      id("BikeId"),
      named(
        "FrameCode",
        "frame code",
        combine(["BK", "EB"], ["11", "23", "35", "47", "52", "64", "71", "76", "88", "93", "95", "97", "99"]),
      ),
      refers("DockId", "Docks", "parked at", {}),
      category("BikeType", "bike type", ["City", "Electric", "Cargo"], { eq: ["of the type {v}"] }),
      year("BuildYear", "build year", 2014, 2024, {
        most: "newest",
        least: "oldest",
        over: ["built after {v}"],
        under: ["built before {v}"],
      }),
    ]),
    table(
      "Riders",
      ["rider", "riders"],
      24,
      [
        id("RiderId"),
        named("RiderName", "name", people(670, 24)),
        category("District", "district", ["Zuid", "Oost", "Centrum"], { eq: ["from the {v} district"] }),
        integer("Age", "age", 16, 70, {
          most: "oldest",
          least: "youngest",
          over: ["older than {v}"],
          under: ["younger than {v}"],
        }),
      ],
      { people: true },
    ),
    table("Trips", ["trip", "trips"], 56, [
      id("TripId"),
      refers("BikeId", "Bikes", "on", { unused: 3 }),
      refers("RiderId", "Riders", "taken by", { has: "took", unused: 4 }),
      date("TripDate", "trip date", "2024-05-01", "2024-08-31"),
      integer("Minutes", "number of minutes", 4, 120, {
        noun: "minutes",
        most: "longest",
        least: "shortest",
        sum: true,
      }),
    ]),
  ],
};
