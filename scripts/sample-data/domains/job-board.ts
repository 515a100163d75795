import { category, combine, type Domain, date, id, integer, named, refers, table } from "../domain.js";
import { people } from "./names.js";

export const jobBoard: Domain = {
  id: "job_board",
  split: "train",
  tables: [
    table("company", ["company", "companies"], 10, [
      id("company_id"),
      named("company_name", "name", [
        "Arbor Labs",
        "Beacon",
        "Cobalt",
        "Driftwood",
        "Everline",
        "Foxglove",
        "Granite",
        "Hallmark",
        "Inkwell",
        "Jetstream",
      ]),
      category("industry", "industry", ["Software", "Finance", "Logistics"], { eq: ["in the {v} industry"] }),
      integer("staff_count", "staff count", 15, 2400, { most: "largest", least: "smallest", sum: true }, 5),
    ]),
    table("vacancy", ["vacancy", "vacancies"], 28, [
      id("vacancy_id"),
      named(
        "job_title",
        "title",
        combine(
          ["Junior", "Senior", "Lead", "Chief"],
          ["Analyst", "Designer", "Engineer", "Accountant", "Planner", "Buyer", "Writer"],
        ),
      ),
      refers("company_id", "company", "offered by", { has: "offered" }),
      category("city", "city", ["Oslo", "Bergen", "Stavanger", "Tromso"], { eq: ["in {v}"] }),
      integer(
        "salary",
        "salary",
        38000,
        125000,
        {
          most: "best paid",
          least: "worst paid",
          over: ["paying more than {v}"],
          under: ["paying less than {v}"],
          nulls: 0.07,
        },
        500,
      ),
      date("deadline", "deadline", "2024-02-01", "2024-08-31"),
    ]),
    table(
      "applicant",
      ["applicant", "applicants"],
      26,
      [
        id("applicant_id"),
        named("full_name", "name", people(550, 26)),
        category("city", "city", ["Bergen", "Oslo", "Drammen"], { eq: ["from {v}", "living in {v}"] }),
        integer("experience", "number of years of experience", 0, 25, {
          plural: "numbers of years of experience",
          most: "most experienced",
          least: "least experienced",
        }),
      ],
      { people: true },
    ),
    table(
      "application",
      ["application", "applications"],
      60,
      [
        refers("applicant_id", "applicant", "sent by", { has: "sent", unused: 2 }),
        refers("vacancy_id", "vacancy", "for", { unused: 3 }),
        category("status", "status", ["Received", "Interview", "Rejected"], { eq: ["with the status {v}"] }),
        date("sent_on", "sending date", "2024-01-05", "2024-07-30"),
      ],
      {
        links: [
          { from: "applicant", to: "vacancy", phrase: "applying for" },
          { from: "vacancy", to: "applicant", phrase: "applied for by" },
        ],
      },
    ),
  ],
};
