import { category, type Domain, date, id, integer, named, real, refers, table, year } from "../domain.js";
import { people } from "./names.js";

export const clinic: Domain = {
  id: "clinic",
  split: "train",
  tables: [
    table(
      "Doctor",
      ["doctor", "doctors"],
      10,
      [
        id("DoctorID"),
        named("FullName", "name", people(70, 10)),
        category("Specialty", "specialty", ["Cardiology", "Dermatology", "Pediatrics", "Surgery"], {
          eq: ["working in {v}"],
        }),
        year("HireYear", "hire year", 2001, 2022, { over: ["hired after {v}"], under: ["hired before {v}"] }),
        integer(
          "Salary",
          "salary",
          82000,
          150000,
          {
            most: "best paid",
            least: "worst paid",
            over: ["earning more than {v}"],
            under: ["earning less than {v}"],
            sum: true,
          },
          500,
        ),
      ],
      { people: true },
    ),
    table(
      "Patient",
      ["patient", "patients"],
      28,
      [
        id("PatientID"),
        named("FullName", "name", people(100, 28)),
        category("Town", "town", ["Ashford", "Milton", "Redhill", "Stowe"], { eq: ["from {v}", "living in {v}"] }),
        year("BirthYear", "birth year", 1938, 2018, { over: ["born after {v}"], under: ["born before {v}"] }),
        category("BloodType", "blood type", ["O+", "A+", "B+", "AB-"], { nulls: 0.15 }),
      ],
      { people: true },
    ),
    table("Visit", ["visit", "visits"], 50, [
      id("VisitID"),
      refers("DoctorID", "Doctor", "to", { has: "received" }),
      refers("PatientID", "Patient", "made by", { has: "made", unused: 4 }),
      date("VisitDate", "visit date", "2022-02-01", "2024-05-30"),
      real(
        "Fee",
        "fee",
        30,
        240,
        {
          most: "most expensive",
          least: "cheapest",
          over: ["costing more than {v}"],
          under: ["costing less than {v}"],
          sum: true,
        },
        2.5,
      ),
      category("Reason", "reason", ["Checkup", "Injury", "Vaccination", "Follow-up"], { eq: ["for the reason {v}"] }),
    ]),
  ],
};
