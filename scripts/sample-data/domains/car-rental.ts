import { category, combine, type Domain, date, id, integer, named, real, refers, table, year } from "../domain.js";
import { people } from "./names.js";

export const carRental: Domain = {
  id: "car_rental",
  split: "train",
  tables: [
    table("branch", ["branch", "branches"], 6, [
      id("branch_no", "branch number"),
      named("branch_name", "branch name", ["Central", "Airport", "Seaside", "Station", "Westpark", "University"]),
      category("city", "city", ["Porto", "Lisbon", "Braga"], { eq: ["in {v}"] }),
    ]),
    table("car", ["car", "cars"], 30, [
      id("car_no", "car number"),
      named(
        "plate",
        "plate",
        combine(["AB", "CX", "FD", "KL", "MN", "RT"], ["104", "237", "385", "462", "519", "678"]),
      ),
      category("make", "make", ["Toyota", "Renault", "Ford", "Volvo"], { eq: ["made by {v}"] }),
      refers("branch_no", "branch", "kept at", {}),
      real("day_rate", "daily rate", 24, 120, { most: "most expensive", least: "cheapest" }, 0.5),
      year("model_year", "model year", 2012, 2024, {}),
    ]),
    table(
      "client",
      ["client", "clients"],
      20,
      [
        id("client_no", "client number"),
        named("client_name", "client name", people(200, 20)),
        category("city", "city", ["Porto", "Faro", "Lisbon", "Evora"], { eq: ["from {v}", "living in {v}"] }),
        integer("age", "age", 21, 74, {
          most: "oldest",
          least: "youngest",
          over: ["older than {v}"],
          under: ["younger than {v}"],
        }),
      ],
      { people: true },
    ),
    table("rental", ["rental", "rentals"], 48, [
      id("rental_no", "rental number"),
      refers("car_no", "car", "of", { unused: 4 }),
      refers("client_no", "client", "made by", { has: "made" }),
      date("start_date", "start date", "2023-02-01", "2024-04-30", {
        over: ["starting after {v}"],
        under: ["starting before {v}"],
      }),
      integer("days", "number of days", 1, 21, { noun: "days", most: "longest", least: "shortest", sum: true }),
    ]),
  ],
};
