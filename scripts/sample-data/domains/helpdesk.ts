import { category, combine, type Domain, date, id, integer, named, refers, table } from "../domain.js";
import { people } from "./names.js";

export const helpdesk: Domain = {
  id: "helpdesk",
  split: "train",
  tables: [
    table(
      "staff",
      ["staff member", "staff members"],
      9,
      [
        id("staff_id"),
        named("staff_name", "name", people(605, 9)),
        category("team", "team", ["Network", "Hardware", "Accounts"], { eq: ["in the {v} team"] }),
        date("hired_on", "hiring date", "2012-04-01", "2023-10-31", {
          over: ["hired after {v}"],
          under: ["hired before {v}"],
        }),
      ],
      { people: true },
    ),
    table(
      "app_user",
      ["user", "users"],
      24,
      [
        id("user_id"),
        named(
          "login",
          "login",
          combine(["red", "quick", "mini", "north", "blue"], ["otter", "panda", "falcon", "maple", "badger"]).map(
            (name) => name.replace(" ", "_"),
          ),
        ),
        category("office", "office", ["Zurich", "Basel", "Geneva"], { eq: ["in the {v} office"] }),
      ],
      { people: true },
    ),
    table("ticket", ["ticket", "tickets"], 60, [
      id("ticket_id"),
      refers("user_id", "app_user", "opened by", { has: "opened", unused: 5 }),
      refers("staff_id", "staff", "handled by", { has: "handled" }),
      category("priority", "priority", ["Low", "Normal", "High", "Urgent"], { eq: ["with {v} priority"] }),
      date("opened_on", "opening date", "2023-06-01", "2024-05-31", {
        over: ["opened after {v}"],
        under: ["opened before {v}"],
      }),
      integer("hours_spent", "number of hours spent", 1, 40, {
        plural: "numbers of hours spent",
        nulls: 0.12,
        sum: true,
      }),
    ]),
  ],
};
