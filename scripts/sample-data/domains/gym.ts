import { category, type Domain, date, id, integer, named, real, refers, table } from "../domain.js";
import { people } from "./names.js";

export const gym: Domain = {
  id: "gym",
  split: "train",
  tables: [
    table(
      "trainer",
      ["trainer", "trainers"],
      8,
      [
        id("trainer_id"),
        named("trainer_name", "name", people(300, 8)),
        category("city", "city", ["Dallas", "Austin", "Houston"], { eq: ["from {v}", "living in {v}"] }),
        real("hourly_pay", "hourly pay", 18, 60, { plural: "hourly pay", most: "best paid", least: "worst paid" }, 0.5),
      ],
      { people: true },
    ),
    table("workout", ["workout", "workouts"], 14, [
      id("workout_id"),
      named("workout_name", "name", [
        "Aqua Fit",
        "Barre",
        "Body Pump",
        "Boxing",
        "Circuit",
        "Core Blast",
        "Cycling",
        "Kettlebell",
        "Pilates",
        "Rowing",
        "Spin",
        "Step",
        "Yoga Flow",
        "Zumba",
      ]),
      refers("trainer_id", "trainer", "led by", { has: "led" }),
      category("level", "level", ["Easy", "Medium", "Hard"], { eq: ["at the {v} level"] }),
      integer("max_people", "maximum number of people", 8, 40, { plural: "maximum numbers of people" }, 2),
      integer(
        "minutes",
        "number of minutes",
        20,
        90,
        { noun: "minutes", most: "longest", least: "shortest", sum: true },
        5,
      ),
    ]),
    table(
      "gym_member",
      ["member", "members"],
      26,
      [
        id("member_id"),
        named("member_name", "name", people(310, 26)),
        category("city", "city", ["Austin", "Plano", "Dallas", "Waco"], { eq: ["from {v}", "living in {v}"] }),
        category("plan_type", "plan type", ["Basic", "Premium", "Student"], { eq: ["on the {v} plan"] }),
        date("since", "start date", "2019-03-01", "2024-01-31", { nulls: 0.08 }),
      ],
      { people: true },
    ),
    table("booking", ["booking", "bookings"], 56, [
      id("booking_id"),
      refers("member_id", "gym_member", "made by", { has: "made", unused: 4 }),
      refers("workout_id", "workout", "for"),
      date("booking_date", "booking date", "2024-01-04", "2024-06-29"),
    ]),
  ],
};
